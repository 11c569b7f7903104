"""Teams of employees, to which users and customers belong."""
