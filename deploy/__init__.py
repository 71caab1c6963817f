"""How Attune is run: on a laptop, from the command line, in containers."""
