"""The HTTP layer that all services share: apps, routes, errors, pages, authentication."""
