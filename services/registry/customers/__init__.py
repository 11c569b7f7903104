"""Customers (客户) and what is recorded about them."""
