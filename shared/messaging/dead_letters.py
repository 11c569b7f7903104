"""Dead letters: records that a service could not apply, and the choice of those that are open.

A dead letter stays in its topic; Kafka deletes it after its retention, the embedded log never. That
it needs nothing more is stored in the table `settled_dead_letters` of the service: it was applied
later, or an operator discarded it. The table belongs to the database that has the effects of the
events, so that an applied letter is open again if an older database is restored.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import clock
from shared.database import Database, dialect_insert
from shared.messaging.consumer import dead_letter_topic
from shared.messaging.envelope import ReceivedRecord
from shared.messaging.log import Log
from shared.models import SettledDeadLetter

_BATCH = 500
_ID_DIGITS = 12


class UnknownDeadLetters(LookupError):
    """Ids that no open dead letter has; the message names them."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record of a topic of dead letters."""

    received: ReceivedRecord

    @property
    def id(self) -> str:
        """The id by which operators name this letter: 12 hexadecimal digits.

        It is a digest of the failure: which event from where failed when. An event that fails
        again in a replay is therefore another letter, which is open again.
        """
        failure = "\n".join(self._failure().values())
        return sha256(failure.encode()).hexdigest()[:_ID_DIGITS]

    def describe(self) -> dict[str, str]:
        """Return the id, origin, type, time and error of the letter, and nothing of its content."""
        error = self.received.record.headers.get("patron_error", "")
        return {"id": self.id} | self._failure() | {"error": error}

    def _failure(self) -> dict[str, str]:
        """Return which event from where failed when; a header that is missing is empty."""
        names = {
            "topic": "patron_origin_topic",
            "partition": "patron_origin_partition",
            "offset": "patron_origin_offset",
            "type": "ce_type",
            "event_id": "ce_id",
            "failed_at": "patron_failed_at",
        }
        headers = self.received.record.headers
        return {name: headers.get(header, "") for name, header in names.items()}


def open_dead_letters(
    database: Database, event_log: Log, *, service: str
) -> Iterator[list[DeadLetter]]:
    """Yield batches of the dead letters that were neither applied nor discarded."""
    letters = map(DeadLetter, event_log.history(dead_letter_topic(service)))
    while batch := list(islice(letters, _BATCH)):
        with database.reading() as session:
            settled = _settled_ids(session, [letter.id for letter in batch])
        yield [letter for letter in batch if letter.id not in settled]


def find_dead_letters(
    database: Database, event_log: Log, ids: Collection[str], *, service: str
) -> list[DeadLetter]:
    """Return the open dead letters with these ids; raise UnknownDeadLetters if one is missing."""
    letters = chain.from_iterable(open_dead_letters(database, event_log, service=service))
    found = [letter for letter in letters if letter.id in ids]
    if unknown := set(ids) - {letter.id for letter in found}:
        raise UnknownDeadLetters(f"No open dead letter has the id {', '.join(sorted(unknown))}.")
    return found


def settle(
    session: Session,
    letters: Iterable[DeadLetter],
    *,
    is_discarded: bool,
    by: str,
    reason: str | None = None,
) -> None:
    """Store that these letters were applied or discarded, when and by whom."""
    common = {
        "is_discarded": is_discarded,
        "settled_at": clock.now(),
        "settled_by": by,
        "reason": reason,
    }
    if rows := [{"id": letter.id} | common for letter in letters]:
        session.execute(dialect_insert(session, SettledDeadLetter).on_conflict_do_nothing(), rows)


def _settled_ids(session: Session, ids: Collection[str]) -> set[str]:
    """Return those of these ids whose letters were applied or discarded."""
    statement = select(SettledDeadLetter.id).where(SettledDeadLetter.id.in_(ids))
    return set(session.scalars(statement))
