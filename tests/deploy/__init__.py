"""How Attune is run: the command line, the laptop, the containers."""
