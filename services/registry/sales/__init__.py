"""What customers buy: the product catalogue and orders."""
