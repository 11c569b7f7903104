"""Files that become rows: what every service's noun of imports has in common."""
