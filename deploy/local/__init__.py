"""Start a real PostgreSQL and a real Apache Kafka from wheels and jars, without Docker or root.

For development and tests: both come from the development lock, nothing of them ships.
Every server runs under a guard (guard.py), so it never outlives whoever started it.
"""
