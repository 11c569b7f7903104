"""Benchmarks of the whole product (`make bench`).

Most results are ratios to a baseline that is measured in the same run, so that they mean the same
on a fast and on a slow machine. The product runs on PostgreSQL and Kafka with fsync on and with the
settings of a release. Targets are printed beside the figures; a missed target does not make the
command fail.
"""
