"""A supervisor that forks the product's processes, restarts those that end, and ends all of them.

The supervisor has no threads, because forking is only safe without them.
"""
