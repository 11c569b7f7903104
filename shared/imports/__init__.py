"""The parts that the imports of files into registry and survey have in common.

These are the form, the matching of columns to fields, the counts of lines, and rejected lines.
"""
