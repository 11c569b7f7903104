"""The rules by which figures are computed, stored as data with versions."""
