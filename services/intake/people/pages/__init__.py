"""People for staff: the list, one relationship, and the forms that change it."""
