"""The gateway's key pair, and the identity tokens that it signs for callers."""
