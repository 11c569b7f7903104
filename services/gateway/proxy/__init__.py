"""The way of a request to a service and of its answer back, with its limits."""
