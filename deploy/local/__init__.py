"""Running the product on one machine, also on real PostgreSQL and Kafka, without Docker or root.

PostgreSQL and Java come from wheels of the development lock file, Kafka from jars (jars.py); a
release contains none of them. Every server runs under a guard process (guard.py), which stops the
server when the process that started it ends.
"""
