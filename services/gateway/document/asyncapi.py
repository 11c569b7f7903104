"""The AsyncAPI 3 document of all events on Kafka, generated from the contracts."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter

from shared.contracts.catalogue import Contract, contracts
from shared.messaging.envelope import adapter

Document = dict[str, Any]

_REFERENCE: Final = "#/components/schemas/{model}"
_HEADERS: Final = {
    "type": "object",
    "description": "CloudEvents 1.0 in Kafka's binary mode.",
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"],
    "properties": {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {
            "type": "string",
            "format": "uuid",
            "description": "The same if the event is sent again.",
        },
        "ce_source": {"type": "string"},
        "ce_type": {"type": "string"},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_subject": {"type": "string", "description": "The record's key."},
        "traceparent": {"type": "string", "description": "W3C trace context."},
    },
}


def describe(*, version: str) -> Document:
    """Return the AsyncAPI document of all topics, messages and payloads.

    The events are declared in `shared/contracts`.
    """
    contract_of = dict(sorted(contracts().items(), key=lambda pair: pair[1].name))
    payloads, schemas = _payloads(contract_of)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Patron events",
            "version": version,
            "description": "Records are delivered at least once, and those of one key in order. "
            "Ignore fields and events that you do not know.",
        },
        "defaultContentType": "application/json",
        "channels": _channels(contract_of),
        "operations": _operations(contract_of),
        "components": {
            "messages": {
                contract.name: _message(event_class, contract, payloads[event_class])
                for event_class, contract in contract_of.items()
            },
            "schemas": schemas,
        },
    }


def _payloads(contract_of: Mapping[type, Contract]) -> tuple[dict[type, Document], Document]:
    """Return the schema of each event class, and the schemas that these refer to, by name."""
    schema_of, definitions = TypeAdapter.json_schemas(
        [(event_class, "serialization", adapter(event_class)) for event_class in contract_of],
        ref_template=_REFERENCE,
    )
    payloads = {event_class: schema_of[event_class, "serialization"] for event_class in contract_of}
    return payloads, definitions.get("$defs", {})


def _message(event_class: type, contract: Contract, payload: Document) -> Document:
    """Return the AsyncAPI message of an event: its name, headers, payload schema and Kafka key."""
    return {
        "name": contract.name,
        "title": event_class.__name__,
        "summary": (event_class.__doc__ or "").split("\n")[0],
        "contentType": "application/json",
        "headers": _HEADERS,
        "payload": payload,
        "bindings": {"kafka": {"key": {"type": "string", "description": f"The {contract.key}."}}},
    }


def _channels(contract_of: Mapping[type, Contract]) -> Document:
    """Return the AsyncAPI channel of each topic, with references to its messages."""
    channels: Document = {}
    for contract in contract_of.values():
        channel = channels.setdefault(contract.topic, _channel(contract))
        channel["messages"][contract.name] = _reference("components/messages", contract.name)
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
            "channel": _reference("channels", contract.topic),
            "messages": [_reference(f"channels/{contract.topic}/messages", contract.name)],
        }
        for contract in contract_of.values()
    }


def _reference(parent: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/{parent}/{name}"}
