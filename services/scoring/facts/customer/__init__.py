"""Customers as the registry tells of them: no names, only what figures and access need."""
