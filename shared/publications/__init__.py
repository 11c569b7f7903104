"""Publishing again what a service has stored: the commands `restored` and `snapshot`."""
