"""The documents that are generated from the code and committed: API, events, settings."""
