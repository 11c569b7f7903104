"""Loyalty (忠诚度): whether a customer has stopped buying, and the rungs of the loyalty ladder."""
