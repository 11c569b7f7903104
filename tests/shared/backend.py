"""What tests of the kit work with: a database and a log of their own, and contracts about notes."""

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

PATIENCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWritten:
    """A note was written."""

    note_id: str
    version: int = 1
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteState:
    """A note as it stands."""

    note_id: str
    version: int = 1
    text: str = ""


def declare_notes(unique: str) -> None:
    """Have notes travel on topics that no other test uses."""
    event("note.written", topic=f"{unique}.note", key="note_id")(NoteWritten)
    state("note.state", topic=f"{unique}.note", key="note_id")(NoteState)


class NotesSettings(ServiceSettings):
    """Settings of a service that exists in tests alone."""

    name = "notes"


@dataclass(frozen=True)
class Backend:
    """A database with the kit's tables and a log with the topics of notes, for one test."""

    settings: NotesSettings
    unique: str
    database: Database
    log: Log

    @property
    def topic(self) -> str:
        """The topic of facts about notes."""
        return f"patron.{self.unique}.note.events.v1"

    @property
    def state_topic(self) -> str:
        """The topic of the state of notes."""
        return f"patron.{self.unique}.note.state.v1"

    @property
    def schema(self) -> str:
        """The schema, which also names the service and its group."""
        return self.database.schema

    def another_database(self) -> Database:
        """Open what another process would open."""
        return Database(self.settings.database, schema=self.schema)

    def another_log(self) -> Log:
        """Open what another process would open."""
        return open_log(self.settings)

    def create_topic(self, name: str, configs: Mapping[str, str] | None = None) -> None:
        """Make a topic where topics have to be made."""
        if self.settings.kafka_bootstrap:
            admin = KafkaAdminClient(bootstrap_servers=self.settings.kafka_bootstrap)
            admin.create_topics([NewTopic(name, 6, 1, topic_configs=dict(configs or {}))])
            admin.close()

    def record(self, *events: object) -> None:
        """Commit a change that tells these."""
        with self.database.transaction() as session:
            outbox.record(session, *events)

    def publish(self, log: Log | None = None) -> int:
        """Publish what waits, as a relay does in one turn; tell how much it was."""
        with self.database.connection() as connection:
            rows = oldest_unpublished(connection, source=self.schema)
            publish(connection, log or self.log, rows, source=self.schema)
            return len(rows)

    def published(self) -> list[ReceivedRecord]:
        """Tell what is on the topic of facts."""
        return list(self.log.history(self.topic))


def values_by_key(found: Iterable[ReceivedRecord]) -> dict[str, list[bytes | None]]:
    """Tell the values of each key, in order."""
    values: dict[str, list[bytes | None]] = {}
    for item in found:
        values.setdefault(item.record.key, []).append(item.record.value)
    return values


def text_record(topic: str, key: str, value: str | None, **headers: str) -> Record:
    """Make a record of text."""
    return Record(topic, key, None if value is None else value.encode(), headers)


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait for a condition, and fail where it does not come true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)
