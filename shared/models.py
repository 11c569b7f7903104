"""The tables that every service has in its schema, such as outbox, inbox and stored responses."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String, Text, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.database import Json, Moment, new_metadata


class SharedModel(DeclarativeBase):
    """The base class of the tables that every service has."""

    metadata = new_metadata()


class Outbox(SharedModel):
    """Events to publish. The columns are named as in Debezium's outbox event router."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True
    )
    event_id: Mapped[UUID] = mapped_column(Uuid)
    aggregatetype: Mapped[str] = mapped_column(String(100))
    aggregateid: Mapped[str] = mapped_column(String(100))
    type: Mapped[str] = mapped_column(String(100))
    payload: Mapped[str | None] = mapped_column(Text)
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
