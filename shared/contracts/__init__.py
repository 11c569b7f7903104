"""What the services tell each other: one module per producing service, plain frozen dataclasses.

Only optional additions within v1; anything else is a v2 beside it.
"""
