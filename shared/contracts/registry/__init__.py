"""Events that the registry publishes, one module per noun."""
