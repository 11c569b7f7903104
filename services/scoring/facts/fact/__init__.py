"""Facts (事实): purchases, returns and answers of customers, from which figures are computed."""
