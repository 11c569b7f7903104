"""The events that the survey service publishes, one module per subject."""
