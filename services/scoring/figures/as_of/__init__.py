"""The day or moment for which figures are computed, and the query parameters that choose it."""
