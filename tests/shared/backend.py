"""The backend of tests of shared packages: a database, an event log, and events about notes.

A note is an example entity that only these tests have. Each change of a note is a fact
(`NoteWritten`), and its latest version is a state (`NoteState`); facts and states have different
topics.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from kafka.admin import KafkaAdminClient, NewTopic

from shared.contracts.catalogue import event, state
from shared.database import Database
from shared.messaging import outbox
from shared.messaging.envelope import ReceivedRecord, Record
from shared.messaging.log import Log
from shared.messaging.log.choice import open_log
from shared.messaging.relay import oldest_unpublished, publish
from shared.settings import ServiceSettings

TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWritten:
    """A note was written."""

    note_id: str
    version: int = 1
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteState:
    """The current record of a note."""

    note_id: str
    version: int = 1
    text: str = ""


def declare_notes(unique: str) -> None:
    """Declare the events about notes, on topics whose names begin with this unique prefix."""
    event("note.written", topic=f"{unique}.note", key="note_id")(NoteWritten)
    state("note.state", topic=f"{unique}.note", key="note_id")(NoteState)


class NotesSettings(ServiceSettings):
    """The settings of the service `notes`, which exists only in tests."""

    name = "notes"


@dataclass(frozen=True)
class Backend:
    """A database with the shared tables, and a log with a topic for notes, for one test.

    `unique` is a name that no other test uses.
    """

    settings: NotesSettings
    unique: str
    database: Database
    log: Log

    @property
    def topic(self) -> str:
        """The topic of the events about notes."""
        return f"patron.{self.unique}.note.events.v1"

    @property
    def state_topic(self) -> str:
        """The topic of the states of notes."""
        return f"patron.{self.unique}.note.state.v1"

    @property
    def schema(self) -> str:
        """The name of the schema, of the service and of its consumer group: all have one name."""
        return self.database.schema

    def open_second_database(self) -> Database:
        """Open a second connection pool for the same database, as another process would."""
        return Database(self.settings.database, schema=self.schema)

    def open_second_log(self) -> Log:
        """Open a second connection to the same log, as another process would."""
        return open_log(self.settings)

    def create_topic(self, name: str, configs: Mapping[str, str] | None = None) -> None:
        """Create a topic on Kafka; the embedded log needs no topics to be created."""
        if self.settings.kafka_bootstrap:
            admin = KafkaAdminClient(bootstrap_servers=self.settings.kafka_bootstrap)
            admin.create_topics([NewTopic(name, 6, 1, topic_configs=dict(configs or {}))])
            admin.close()

    def record(self, *events: object) -> None:
        """Record these events in the outbox, in a transaction that is committed."""
        with self.database.transaction() as session:
            outbox.record(session, *events)

    def publish(self, log: Log | None = None) -> int:
        """Publish a batch of unpublished events, as a relay does; return their number."""
        with self.database.connection() as connection:
            rows = oldest_unpublished(connection)
            publish(connection, log or self.log, rows, source=self.schema)
            return len(rows)

    def published(self) -> list[ReceivedRecord]:
        """Return the records of all events about notes that were published, oldest first."""
        return list(self.log.history(self.topic))


def values_by_key(received: Iterable[ReceivedRecord]) -> dict[str, list[bytes | None]]:
    """Return the values of each key, in order."""
    values: dict[str, list[bytes | None]] = {}
    for item in received:
        values.setdefault(item.record.key, []).append(item.record.value)
    return values


def text_record(topic: str, key: str, value: str | None, **headers: str) -> Record:
    """Return a record with a text as its value; with None as its value it is a tombstone."""
    return Record(topic, key, None if value is None else value.encode(), headers)


def wait_until(condition: Callable[[], object], seconds: float = TIMEOUT_SECONDS) -> None:
    """Wait until a condition is true; fail if it is still false after these seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition was not true in time"
        time.sleep(0.02)  # noqa: TID251  polls until a deadline
