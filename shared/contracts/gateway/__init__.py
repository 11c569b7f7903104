"""The events that the gateway publishes."""
