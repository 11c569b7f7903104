"""The pair of keys with which the gateway vouches for callers, and the vouching."""
