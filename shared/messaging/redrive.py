"""Give dead letters another try in the service that buried them, once what was wrong is mended.

They are applied here and not written to their topic again: that topic is another service's, it is
kept for ever, and an old state at its end would undo a newer one. The inbox makes sure that what
had its effect has none again, so the command may be repeated; what fails again stays where it is.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from shared.database import Database
from shared.logging import logger
from shared.messaging.consumer import Consumer, Handlers, dead_letter_topic, error_summary
from shared.messaging.envelope import ReceivedRecord
from shared.messaging.log import Log

_AT_ONCE = 500

log = logger(__name__)


class _Again(Consumer):
    """A consumer that counts what cannot be applied and leaves it buried."""

    failed = 0

    def bury(self, item: ReceivedRecord, error: Exception) -> None:
        """Say what is still wrong."""
        self.failed += 1
        log.warning("event.failed_again", **describe_dead_letter(item), reason=error_summary(error))


def redrive(
    database: Database, event_log: Log, *, service: str, handlers: Handlers
) -> Counter[str]:
    """Apply every dead letter of a service; tell how many were tried and how many failed again."""
    again = _Again(database, event_log, group=service, handlers=handlers)
    tried = 0
    letters = event_log.history(dead_letter_topic(service))
    while batch := list(islice(letters, _AT_ONCE)):
        again.apply(batch)
        tried += len(batch)
    return Counter(tried=tried, failed=again.failed)


def list_dead_letters(event_log: Log, *, service: str) -> Iterator[dict[str, str]]:
    """Tell what is buried: where it came from, what it is, what was wrong."""
    return (describe_dead_letter(item) for item in event_log.history(dead_letter_topic(service)))


def describe_dead_letter(item: ReceivedRecord) -> dict[str, str]:
    """Tell of a dead letter what operators need and nothing of what is in it."""
    headers = item.record.headers
    names = ("topic", "partition", "offset")
    origin = {name: headers.get(f"patron_origin_{name}", "") for name in names}
    kind, event_id = headers.get("ce_type", ""), headers.get("ce_id", "")
    return {**origin, "type": kind, "id": event_id, "error": headers.get("patron_error", "")}
