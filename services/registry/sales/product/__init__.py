"""Products (产品): the catalogue, in which each product has a code."""
