"""Scores (客户评价): stored per customer, recomputed with every event that touches them."""
