"""The point in time that figures are about, and the query parameters that choose it."""
