"""Transfer of data: imports from files."""
