"""Records of the log: CloudEvents 1.0 in Kafka's binary mode (headers `ce_*` and a JSON value)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Record:
    """A record to append to the log. A record without a value is a tombstone of its key."""

    topic: str
    key: str
    value: bytes | None
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class ReceivedRecord:
    """A record that was read from the log, with its partition and its offset in it."""

    record: Record
    partition: int
    offset: int

    @property
    def event_id(self) -> UUID:
        """The id of the event, from the header `ce_id`; raises ValueError if there is none."""
        return UUID(self.record.headers.get("ce_id", ""))


_adapters: dict[type, TypeAdapter[Any]] = {}


def adapter(kind: type) -> TypeAdapter[Any]:
    """Return the TypeAdapter of an event class, which reads and writes its JSON; it is cached."""
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def headers(
    *, event_id: UUID, kind: str, source: str, time: datetime, key: str, traceparent: str | None
) -> dict[str, str]:
    """Return the attributes of a CloudEvent as headers of a record; `kind` is its type."""
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
