"""Data in and out: imports from files."""
