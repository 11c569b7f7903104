"""Shared code for the imports of files into the services registry and survey.

The package contains the form of an upload, the matching of columns to fields, the parsing of cells,
the counts of lines, and the file of rejected lines.
"""
