"""Events that the registry publishes about customers, orders and products."""
