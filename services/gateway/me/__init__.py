"""The caller of a request: the caller's API key, and what is left of its limits."""
