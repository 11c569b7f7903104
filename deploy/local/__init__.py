"""Running the product on this machine; real PostgreSQL and Kafka without Docker or root.

Both servers come from wheels and jars of the development lock file; a release contains neither.
Every server runs under a guard (guard.py), which stops it when the process that started it ends.
"""
