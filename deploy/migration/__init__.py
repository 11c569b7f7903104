"""Writing migrations: Alembic's `revision --autogenerate`, set up for the four services."""
