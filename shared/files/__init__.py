"""Uploaded files: stored in the database in pieces, and read line by line as tables of text."""
