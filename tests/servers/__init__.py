"""Real servers of our own for the tests: started on free ports, ended when the tests end."""
