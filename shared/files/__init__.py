"""Files that users bring: kept in the database in pieces, read as tables of text, line by line."""
