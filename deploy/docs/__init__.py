"""The generated documents that are committed: the API, events, settings, examples of events."""
