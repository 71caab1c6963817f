"""Stories across the four services, told through the doors that real people use."""
