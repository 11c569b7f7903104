"""Scores (客户评价): stored per customer, and recomputed when an event may change them."""
