"""Exchange rates (汇率): data, given by the day."""
