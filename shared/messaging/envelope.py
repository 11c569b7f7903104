"""CloudEvents 1.0 in Kafka's binary mode: headers `ce_*` and a JSON value."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Record:
    """One record as a log keeps it. A value of None is a tombstone."""

    topic: str
    key: str
    value: bytes | None
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class ReceivedRecord:
    """A record with its place in the log."""

    record: Record
    partition: int
    offset: int

    @property
    def event_id(self) -> UUID:
        """The id its producer gave it; ValueError if there is none."""
        return UUID(self.record.headers.get("ce_id", ""))


_adapters: dict[type, TypeAdapter[Any]] = {}


def adapter(kind: type) -> TypeAdapter[Any]:
    """Give the reader and writer of a contract, made once."""
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def headers(
    *, event_id: UUID, kind: str, source: str, time: datetime, key: str, traceparent: str | None
) -> dict[str, str]:
    """Write the attributes of a CloudEvent as record headers."""
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": str(event_id),
        "ce_type": kind,
        "ce_source": source,
        "ce_time": time.isoformat(),
        "ce_subject": key,
        "content-type": "application/json",
    }
    return attributes | ({"traceparent": traceparent} if traceparent else {})
