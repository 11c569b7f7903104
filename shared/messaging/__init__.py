"""From a committed change to its effect elsewhere: outbox -> relay -> log -> consumer -> inbox.

Delivery is at least once; the effect is once, because the inbox row and the effect are one
transaction.
"""
