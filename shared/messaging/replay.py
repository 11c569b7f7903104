"""Read the topics that a service follows again from their beginning, past the inbox.

For a release that mirrors or draws more from events than the one before, which has heard them
already: mirrors take a version that they have once more, and ignore those that they have
passed. It may run beside the worker, and again after it broke off.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from uuid import UUID

from sqlalchemy.orm import Session

from shared.database import Database
from shared.messaging.consumer import Consumer, Handlers, topics_of
from shared.messaging.log import Log

_AT_ONCE = 500


class _Again(Consumer):
    """A consumer that gives every event its effect, heard before or not."""

    def admit(self, session: Session, event_ids: Sequence[UUID]) -> set[UUID]:
        """Let all in; those that are new are noted, so that the worker does not repeat them."""
        super().admit(session, event_ids)
        return set(event_ids)


def replay(
    database: Database, event_log: Log, *, service: str, handlers: Handlers
) -> Iterator[tuple[str, int]]:
    """Apply all that the topics hold at this moment; tell of each how far it is, in records."""
    again = _Again(database, event_log, group=service, handlers=handlers)
    for topic in topics_of(handlers):
        records, applied = event_log.history(topic), 0
        while batch := list(islice(records, _AT_ONCE)):
            again.apply(batch)
            applied += len(batch)
            yield topic, applied


def count_records(event_log: Log, *, handlers: Handlers) -> Iterator[tuple[str, int]]:
    """Tell how many records each topic holds."""
    for topic in topics_of(handlers):
        yield topic, sum(1 for _ in event_log.history(topic))
