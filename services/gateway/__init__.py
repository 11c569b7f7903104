"""Owns who may call: API keys, and the key that signs callers' identities.

The one door in front of the services: routes by the first path segment, limits, documents.
"""
