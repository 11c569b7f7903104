"""Orders: what was bought and what came back, by a customer or by an anonymous shopper (顾客)."""
