"""Customers of the registry as this service stores them: external ids, owner and team."""
