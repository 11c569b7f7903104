"""Events between services: outbox -> relay -> log -> consumer -> inbox.

A use case records events in the outbox, in the transaction of its change. The relay publishes the
events to the log. The consumer of another service reads the log, applies the events and stores
their ids in its inbox. An event is delivered at least once and applied exactly once, because the
row in the inbox and the changes that the event causes are committed in one transaction.
"""
