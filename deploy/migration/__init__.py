"""`make migration`: Alembic's `revision --autogenerate`, configured for the four services."""
