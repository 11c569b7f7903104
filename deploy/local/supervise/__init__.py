"""A supervisor that forks the product's processes, restarts those that end, and ends them together.

It imports everything before it forks, and has no threads, so that it can fork at any time.
"""
