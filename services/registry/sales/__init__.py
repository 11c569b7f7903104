"""Sales: the product catalogue and orders."""
