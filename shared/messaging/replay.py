"""Apply all events of the topics that a service reads again, even those that are in its inbox.

A replay is needed when a new release stores or computes more from events than the previous release,
which has already applied them. Projections write an event with the stored version again and ignore
lower versions. A replay may run while the worker runs, and may be repeated after an interruption.
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
        """Add these ids to the inbox, so that the worker skips the events; return all of the ids.

        Because all ids are returned, every event is applied, also if its id was in the inbox
        before.
        """
        super().add_to_inbox(session, event_ids)
        return set(event_ids)


def replay(
    database: Database, event_log: Log, *, service: str, handlers: Handlers
) -> Iterator[tuple[str, int]]:
    """Apply the events that the topics contain now.

    Yields after each batch the topic and the number of its records that were applied so far.
    """
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
