"""The kit every service stands on. It knows no service and, outside contracts, no business word."""
