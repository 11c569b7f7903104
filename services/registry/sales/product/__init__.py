"""Products: the catalogue, by code."""
