"""Benchmarks (`make bench`): ratios against baselines that are measured in the same run.

They run on PostgreSQL and Kafka with fsync on and the shipped settings. Targets are printed beside
the figures; a missed target does not make the command fail.
"""
