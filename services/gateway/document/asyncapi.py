"""The AsyncAPI 3 document of all events on Kafka, generated from the contracts."""

from collections.abc import Mapping
from typing import Any, Final

from shared.contracts.catalogue import Contract, contracts
from shared.contracts.reading import READING_RULE
from shared.messaging.envelope import schema_uri
from shared.messaging.schemas import component_schemas, example_of
from shared.messaging.tombstones import REASON_HEADER, WithdrawalReason

Document = dict[str, Any]

_REFERENCE: Final = "#/components/schemas/{model}"
_CLOUD_EVENT: Final = "CloudEvents 1.0 in Kafka's binary mode."
_HEADERS: Final[Document] = {
    "ce_specversion": {
        "type": "string",
        "const": "1.0",
        "description": "Version of CloudEvents.",
    },
    "ce_id": {
        "type": "string",
        "format": "uuid",
        "description": "Id of the event; the same if the event is delivered again.",
        "examples": ["0199a7c0-0000-7000-8000-0000000000aa"],
    },
    "ce_source": {
        "type": "string",
        "format": "uri-reference",
        "description": "The service that published the event.",
        "examples": ["/patron/registry"],
    },
    "ce_time": {
        "type": "string",
        "format": "date-time",
        "description": "When the event was recorded.",
        "examples": ["2026-02-20T02:30:00.123456+00:00"],
    },
    "ce_subject": {
        "type": "string",
        "description": "The key of the record: the id of what the event is about.",
        "examples": ["0199a7c0-0000-7000-8000-000000000001"],
    },
    "content-type": {
        "type": "string",
        "const": "application/json",
        "description": "Media type of the value.",
    },
    "traceparent": {
        "type": "string",
        "pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
        "description": "W3C trace context of the request or event that caused the event.",
        "examples": ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
    },
}
_REASON: Final[Document] = {
    "type": "string",
    "enum": [reason.value for reason in WithdrawalReason],
    "default": WithdrawalReason.ERASED.value,
    "description": "Why the state was withdrawn. erased: on purpose, and for good. restored: a "
    "restored database does not have the record. Without the header: erased.",
}
_OPTIONAL: Final = ("traceparent", REASON_HEADER)


def describe(*, version: str) -> Document:
    """Return the AsyncAPI document of all topics, messages and payloads.

    The events are declared in `shared/contracts`.
    """
    contract_of = dict(sorted(contracts().items(), key=lambda pair: pair[1].name))
    payloads, schemas = component_schemas(contract_of, reference=_REFERENCE)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Patron events",
            "version": version,
            "description": f"{READING_RULE}\n\nIgnore fields and events that you do not know.",
            "license": {"name": "Apache-2.0"},
            "tags": [
                {"name": name} for name in sorted({_service(one) for one in contract_of.values()})
            ],
        },
        "defaultContentType": "application/json",
        "channels": _channels(contract_of),
        "operations": _operations(contract_of),
        "components": {
            "messages": {
                name: message
                for event_class, contract in contract_of.items()
                for name, message in _messages(event_class, contract, payloads[event_class]).items()
            },
            "schemas": schemas,
        },
    }


def _messages(event_class: type, contract: Contract, payload: Document) -> Document:
    """Return the messages of an event by name: the event and, for a state, its tombstone."""
    messages = {contract.name: _message(event_class, contract, payload)}
    if contract.compacted:
        messages[_tombstone(contract)] = {
            "name": _tombstone(contract),
            "title": f"Tombstone of {event_class.__name__}",
            "summary": "The record with this key is gone; the value of the Kafka record is null.",
            "headers": _headers(contract, {REASON_HEADER: _REASON}),
            "payload": {"type": "null", "description": "A tombstone has no value."},
            "bindings": _key(contract),
        }
    return messages


def _message(event_class: type, contract: Contract, payload: Document) -> Document:
    """Return the message of an event: its name, headers, payload schema, example and Kafka key."""
    return {
        "name": contract.name,
        "title": event_class.__name__,
        "summary": _summary(event_class),
        "contentType": "application/json",
        "headers": _headers(contract),
        "payload": payload,
        "examples": [{"name": event_class.__name__, "payload": example_of(event_class)}],
        "bindings": _key(contract),
    }


def _headers(contract: Contract, further: Document | None = None) -> Document:
    """Return the schema of the headers of an event or tombstone of this contract."""
    properties: Document = {
        **_HEADERS,
        "ce_type": {
            "type": "string",
            "const": contract.name,
            "description": "Type of the event. A tombstone has the type of its state.",
        },
        "ce_dataschema": {
            "type": "string",
            "format": "uri",
            "const": schema_uri(contract.name),
            "description": "The JSON Schema of the value; the gateway serves it at this path.",
        },
        **(further or {}),
    }
    required = [name for name in properties if name not in _OPTIONAL]
    return {
        "type": "object",
        "description": _CLOUD_EVENT,
        "required": required,
        "properties": properties,
    }


def _key(contract: Contract) -> Document:
    """Return the binding with the Kafka key of the records of this contract."""
    return {"kafka": {"key": {"type": "string", "description": f"The {contract.key}."}}}


def _tombstone(contract: Contract) -> str:
    """Return the name of the message that withdraws a state."""
    return f"{contract.name}.tombstone"


def _message_names(contract: Contract) -> list[str]:
    """Return the names of the messages of a contract."""
    return [contract.name, *([_tombstone(contract)] if contract.compacted else [])]


def _channels(contract_of: Mapping[type, Contract]) -> Document:
    """Return the AsyncAPI channel of each topic, with references to its messages."""
    channels: Document = {}
    for contract in contract_of.values():
        channel = channels.setdefault(contract.topic, _channel(contract))
        for name in _message_names(contract):
            channel["messages"][name] = _reference("components/messages", name)
    return channels


def _channel(contract: Contract) -> Document:
    """Return the channel of the topic of this event, still without messages."""
    policy = "compact" if contract.compacted else "delete"
    description = (
        "The latest snapshot per key; a tombstone erases it." if contract.compacted else "Facts."
    )
    configuration: Document = {"cleanup.policy": [policy]}
    if not contract.compacted:
        configuration["retention.ms"] = -1
    return {
        "address": contract.topic,
        "description": description,
        "messages": {},
        "bindings": {"kafka": {"topic": contract.topic, "topicConfiguration": configuration}},
    }


def _operations(contract_of: Mapping[type, Contract]) -> Document:
    """Return an operation for each event: Patron sends its message to the topic's channel."""
    return {
        f"send.{contract.name}": {
            "action": "send",
            "description": f"Patron's {_service(contract)}: {_summary(event_class)}",
            "tags": [{"name": _service(contract)}],
            "channel": _reference("channels", contract.topic),
            "messages": [
                _reference(f"channels/{contract.topic}/messages", name)
                for name in _message_names(contract)
            ],
        }
        for event_class, contract in contract_of.items()
    }


def _service(contract: Contract) -> str:
    """Return the name of the service that publishes events of this contract."""
    return contract.topic.split(".")[1]


def _summary(event_class: type) -> str:
    """Return the first sentence about a class of events."""
    return (event_class.__doc__ or "").split("\n")[0]


def _reference(parent: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/{parent}/{name}"}
