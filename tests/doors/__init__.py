"""The doors of all services, walked through by everyone who may stand before them."""
