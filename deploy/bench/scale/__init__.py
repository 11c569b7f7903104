"""Lists at scale (`make bench-scale`): how fast the list of customers is with SCALE customers.

An invented company is stored once as a template database of PostgreSQL, keyed by the versions of
the schema, the seed and the number of customers; each run measures a copy. Up to 100 000 customers
also come in through the API and Kafka, and the tables must then be equal to those of the template.
"""
