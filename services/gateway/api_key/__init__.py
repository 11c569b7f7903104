"""API keys (密钥): who may call, and what each may do and see."""
