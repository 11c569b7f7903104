"""The tables that every service has in its schema, such as outbox, inbox and stored responses."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String, Text, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.database import Json, Moment, new_metadata


class SharedModel(DeclarativeBase):
    """The base class of the tables that every service has."""

    metadata = new_metadata()


class Outbox(SharedModel):
    """Events to publish. The columns are named as in Debezium's outbox event router.

    A row without a payload is a tombstone; `reason` says why the state is withdrawn.
    """

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True
    )
    event_id: Mapped[UUID] = mapped_column(Uuid)
    aggregatetype: Mapped[str] = mapped_column(String(100))
    aggregateid: Mapped[str] = mapped_column(String(100))
    type: Mapped[str] = mapped_column(String(100))
    payload: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(String(20))
    traceparent: Mapped[str | None] = mapped_column(String(55))
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    published_at: Mapped[datetime | None] = mapped_column(Moment)


Index(
    "ix_outbox_unpublished",
    Outbox.id,
    postgresql_where=Outbox.published_at.is_(None),
    sqlite_where=Outbox.published_at.is_(None),
)
Index(
    "ix_outbox_published",
    Outbox.published_at,
    postgresql_where=Outbox.published_at.is_not(None),
    sqlite_where=Outbox.published_at.is_not(None),
)


class Inbox(SharedModel):
    """The ids of the events that this service has applied."""

    __tablename__ = "inbox"

    event_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    received_at: Mapped[datetime] = mapped_column(Moment, index=True)


class SettledDeadLetter(SharedModel):
    """A dead letter that needs nothing more: it was applied later, or an operator discarded it."""

    __tablename__ = "settled_dead_letters"

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    is_discarded: Mapped[bool] = mapped_column()
    settled_at: Mapped[datetime] = mapped_column(Moment)
    settled_by: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str | None] = mapped_column(String(1000))


class PublicationRun(SharedModel):
    """A run of the command `restored` or `snapshot`, which a later run of the command continues.

    `phase` and `position` say what is done; `finished_at` is None until everything is.
    """

    __tablename__ = "publication_runs"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    command: Mapped[str] = mapped_column(String(20))
    options: Mapped[dict[str, Any]] = mapped_column(Json)
    phase: Mapped[str] = mapped_column(String(20))
    position: Mapped[dict[str, Any]] = mapped_column(Json)
    started_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)


class PublishedRecord(SharedModel):
    """The newest records of a key on the topics of this service, read by the command `restored`.

    `noun` is the noun of the record with its service, such as `registry.order`. `version` is the
    highest version of an event with this key, and `recorded_at` that of the last event with this
    version; the version is 0 if there are tombstones only. `has_state` is whether the last record
    on the topic of states is a state, and `withdrawn` the reason of the tombstone if it is one.
    """

    __tablename__ = "published_records"

    noun: Mapped[str] = mapped_column(String(100), primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    recorded_at: Mapped[datetime | None] = mapped_column(Moment)
    has_state: Mapped[bool] = mapped_column()
    withdrawn: Mapped[str | None] = mapped_column(String(20))


class StoredAnswer(SharedModel):
    """The response to a request with an Idempotency-Key; a retry of the request gets it again."""

    __tablename__ = "idempotent_answers"

    caller: Mapped[str] = mapped_column(String(100), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(Integer)
    headers: Mapped[dict[str, str]] = mapped_column(Json)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    answered_at: Mapped[datetime] = mapped_column(Moment, index=True)
