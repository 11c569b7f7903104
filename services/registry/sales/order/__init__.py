"""Orders (订单): purchases and returns, by a customer or by an anonymous shopper (顾客)."""
