"""Loyalty (忠诚度): silence after purchases, and the rungs of the loyalty ladder."""
