"""Scores (客户评价): kept per customer, recomputed with every event that touches them."""
