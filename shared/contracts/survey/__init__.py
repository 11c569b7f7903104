"""Events that the survey service publishes, one module per noun."""
