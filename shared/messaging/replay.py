"""Apply all events of a service's topics again from their beginning, whatever its inbox contains.

This is for a release that stores or computes more from events than the release before it, which has
already applied them: projections write an equal version again, and ignore a version lower than the
stored one. A replay may run while the worker runs, and may be repeated after it was interrupted.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from uuid import UUID

from sqlalchemy.orm import Session

from shared.database import Database
from shared.messaging.consumer import Consumer, Handlers, topics_of
from shared.messaging.log import Log

_BATCH = 500


class _ReplayingConsumer(Consumer):
    """A consumer that applies every event, whether it is in the inbox or not."""

    def add_to_inbox(self, session: Session, event_ids: Sequence[UUID]) -> set[UUID]:
        """Add these ids to the inbox, so that the worker skips the events, and return them all."""
        super().add_to_inbox(session, event_ids)
        return set(event_ids)


def replay(
    database: Database, event_log: Log, *, service: str, handlers: Handlers
) -> Iterator[tuple[str, int]]:
    """Apply what the topics contain now; after each batch yield the topic and its count so far."""
    consumer = _ReplayingConsumer(database, event_log, group=service, handlers=handlers)
    for topic in topics_of(handlers):
        records, applied = event_log.history(topic), 0
        while batch := list(islice(records, _BATCH)):
            consumer.apply(batch)
            applied += len(batch)
            yield topic, applied


def count_records(event_log: Log, *, handlers: Handlers) -> Iterator[tuple[str, int]]:
    """Yield each topic of these handlers with the number of its records."""
    for topic in topics_of(handlers):
        yield topic, sum(1 for _ in event_log.history(topic))
