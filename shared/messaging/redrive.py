"""Apply the dead letters of a service again, once the cause of their errors is fixed.

A dead letter is a record that the service could not apply. Dead letters are applied here, not
written to their original topic again: that topic belongs to another service, and on a compacted
topic an old record at the end would replace a newer record. The inbox prevents an event from being
applied twice, so the command may be repeated. All dead letters stay in their topic, those that were
applied and those that failed again.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from shared.database import Database
from shared.logging import logger
from shared.messaging.consumer import Consumer, Handlers, dead_letter_topic, error_summary
from shared.messaging.envelope import ReceivedRecord
from shared.messaging.log import Log

_BATCH = 500

log = logger(__name__)


class _RedrivingConsumer(Consumer):
    """A consumer of dead letters: it counts and logs failures, and writes no new dead letters."""

    failed = 0

    def handle_failure(self, item: ReceivedRecord, error: Exception) -> None:
        """Count and log a dead letter that failed again."""
        self.failed += 1
        log.warning("event.failed_again", **describe_dead_letter(item), reason=error_summary(error))


def redrive(
    database: Database, event_log: Log, *, service: str, handlers: Handlers
) -> Counter[str]:
    """Apply every dead letter of a service; return how many were `tried` and how many `failed`."""
    consumer = _RedrivingConsumer(database, event_log, group=service, handlers=handlers)
    tried = 0
    letters = event_log.history(dead_letter_topic(service))
    while batch := list(islice(letters, _BATCH)):
        consumer.apply(batch)
        tried += len(batch)
    return Counter(tried=tried, failed=consumer.failed)


def list_dead_letters(event_log: Log, *, service: str) -> Iterator[dict[str, str]]:
    """Yield a description of every dead letter of a service."""
    return (describe_dead_letter(item) for item in event_log.history(dead_letter_topic(service)))


def describe_dead_letter(item: ReceivedRecord) -> dict[str, str]:
    """Return the origin, type, id and error of a dead letter, and nothing of its content."""
    headers = item.record.headers
    names = ("topic", "partition", "offset")
    origin = {name: headers.get(f"patron_origin_{name}", "") for name in names}
    kind, event_id = headers.get("ce_type", ""), headers.get("ce_id", "")
    return {**origin, "type": kind, "id": event_id, "error": headers.get("patron_error", "")}
