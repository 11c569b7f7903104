"""Customers (客户): persons and organisations on whom the company keeps a record."""
