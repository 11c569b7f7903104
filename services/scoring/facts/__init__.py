"""Facts of what happened, with the customers and exchange rates that figures need beside them."""
