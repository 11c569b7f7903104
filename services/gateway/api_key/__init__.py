"""API keys (密钥), and the scopes and rows that each key gives access to."""
