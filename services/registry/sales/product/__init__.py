"""Products (产品): the catalogue, by code."""
