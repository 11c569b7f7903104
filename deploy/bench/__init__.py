"""Benchmarks (`make bench`): ratios against baselines that run beside them in the same run.

Real stack, fsync on, the shipped configuration; no pass or fail, targets are printed beside.
"""
