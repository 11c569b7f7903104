"""Exchange rates (汇率) of currencies, one per day."""
