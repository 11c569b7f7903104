"""The proxy: it forwards requests to services and their answers to callers, within limits."""
