"""Loyalty (忠诚度): rhythm, silence and rungs."""
