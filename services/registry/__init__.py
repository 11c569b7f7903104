"""Owns customers, products, orders and their imports."""
