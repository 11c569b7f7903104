"""The three services of Patron and the gateway in front of them."""
