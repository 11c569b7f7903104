"""Customers as the registry tells of them: who they are to other systems, who serves them."""
