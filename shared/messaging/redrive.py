"""Apply the dead letters of a service again, once the cause of their errors is fixed.

Dead letters are applied here, not written to their original topic again: that topic belongs to
another service, and on a compacted topic an old record at the end would replace a newer record. A
letter that was applied is settled: it is not tried again. The inbox prevents an event from being
applied twice, should the process be killed before that is stored.
"""

from collections.abc import Iterable, Iterator, Sequence

from shared.contracts.catalogue import contract_of
from shared.database import Database
from shared.messaging.consumer import Consumer, Handlers, error_summary
from shared.messaging.dead_letters import DeadLetter, settle
from shared.messaging.envelope import ReceivedRecord
from shared.messaging.log import Log

NO_HANDLER = "This release does not consume events of this type."


class _RedrivingConsumer(Consumer):
    """A consumer of dead letters: it collects their errors, and writes no new dead letters."""

    def __init__(self, database: Database, event_log: Log, *, group: str, handlers: Handlers):
        super().__init__(database, event_log, group=group, handlers=handlers)
        self.errors: dict[tuple[int, int], str] = {}

    def handle_failure(self, item: ReceivedRecord, error: Exception) -> None:
        """Store the error of a dead letter that failed again, by its partition and offset."""
        self.errors[item.partition, item.offset] = error_summary(error)


def redrive(
    database: Database,
    event_log: Log,
    batches: Iterable[Sequence[DeadLetter]],
    *,
    service: str,
    handlers: Handlers,
    by: str,
) -> Iterator[tuple[int, list[dict[str, str]]]]:
    """Apply dead letters, and settle those that were applied.

    Yields after each batch how many of it were applied, and the descriptions of the letters that
    failed again, each with its new error.
    """
    types = {contract_of(event_class).name for event_class in handlers}
    for batch in batches:
        consumer = _RedrivingConsumer(database, event_log, group=service, handlers=handlers)
        consumer.apply([letter.received for letter in batch])
        errors = _without_handlers(batch, types) | consumer.errors
        applied = [letter for letter in batch if _position(letter) not in errors]
        with database.transaction() as session:
            settle(session, applied, is_discarded=False, by=by)
        failed = [letter for letter in batch if _position(letter) in errors]
        yield (
            len(applied),
            [letter.describe() | {"error": errors[_position(letter)]} for letter in failed],
        )


def _without_handlers(batch: Iterable[DeadLetter], types: set[str]) -> dict[tuple[int, int], str]:
    """Return an error for each letter that the consumer ignores, as an older release would."""
    ignored = [
        letter
        for letter in batch
        if (name := letter.received.record.headers.get("ce_type")) and name not in types
    ]
    return {_position(letter): NO_HANDLER for letter in ignored}


def _position(letter: DeadLetter) -> tuple[int, int]:
    """Return the partition and the offset of a letter in the topic of dead letters."""
    return letter.received.partition, letter.received.offset
