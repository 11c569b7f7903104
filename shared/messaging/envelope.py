"""Records of the log, in the form of CloudEvents 1.0: headers `ce_*` and a value in JSON.

Records have the binary mode of https://github.com/cloudevents/spec, Kafka Protocol Binding 1.0.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict, TypeAdapter, with_config


@dataclass(frozen=True, slots=True)
class Record:
    """A record to append to the log.

    A record without a value is a tombstone: it deletes the state that was published with its key.
    """

    topic: str
    key: str
    value: bytes | None
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class ReceivedRecord:
    """A record that was read from the log, with its partition and its offset in the partition."""

    record: Record
    partition: int
    offset: int

    @property
    def event_id(self) -> UUID:
        """The id of the event, from the header `ce_id`; raises ValueError if there is none."""
        return UUID(self.record.headers.get("ce_id", ""))


_CONFIG: Final = ConfigDict(serialize_by_alias=True, validate_by_alias=True, validate_by_name=True)
_adapters: dict[type, TypeAdapter[Any]] = {}


def adapter(event_class: type) -> TypeAdapter[Any]:
    """Return the cached TypeAdapter that reads and writes events of this class as JSON.

    It writes the published name of a field, and also reads the name of its attribute.
    """
    if event_class not in _adapters:
        _adapters[event_class] = TypeAdapter(with_config(_CONFIG)(event_class))
    return _adapters[event_class]


def schema_uri(kind: str) -> str:
    """Return the URI of the schema of events of this type; its path is a path of the gateway.

    CloudEvents asks for an absolute URI, and no service knows the public address of the gateway.
    """
    return f"patron:/schemas/{kind}.json"


def headers(
    *, event_id: UUID, kind: str, source: str, time: datetime, key: str, traceparent: str | None
) -> dict[str, str]:
    """Return the attributes of a CloudEvent as headers of a record; `kind` is the event's type."""
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": str(event_id),
        "ce_type": kind,
        "ce_source": source,
        "ce_time": time.isoformat(),
        "ce_subject": key,
        "content-type": "application/json",
        "ce_dataschema": schema_uri(kind),
    }
    return attributes | ({"traceparent": traceparent} if traceparent else {})
