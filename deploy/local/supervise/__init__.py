"""Children of one process that imported everything: forked, started again, ended together.

The supervisor has no threads of its own, so that forking stays safe at any time.
"""
