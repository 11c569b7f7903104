"""Uploaded files: stored in the database in pieces, read as tables of text, line by line."""
