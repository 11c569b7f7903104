"""The proxy: forwards a request to its service and the answer back, within limits."""
