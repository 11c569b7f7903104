"""Users: the employees to whom customers are assigned."""
