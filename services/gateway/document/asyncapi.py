"""The AsyncAPI 3 document of all events on Kafka, generated from the contracts."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter

from shared.contracts.catalogue import Contract, contracts

Document = dict[str, Any]

_REFERENCE: Final = "#/components/schemas/{model}"
_HEADERS: Final = {
    "type": "object",
    "description": "CloudEvents 1.0 in Kafka's binary mode.",
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"],
    "properties": {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid", "description": "The same when sent again."},
        "ce_source": {"type": "string"},
        "ce_type": {"type": "string"},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_subject": {"type": "string", "description": "The record's key."},
        "traceparent": {"type": "string", "description": "W3C trace context."},
    },
}


def describe(*, version: str) -> Document:
    """Return the document of every topic, message and payload that the contracts declare."""
    declared = dict(sorted(contracts().items(), key=lambda pair: pair[1].name))
    payloads, schemas = _payloads(declared)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Patron events",
            "version": version,
            "description": "At least once, in order per key. Ignore what you do not know.",
        },
        "defaultContentType": "application/json",
        "channels": _channels(declared),
        "operations": _operations(declared),
        "components": {
            "messages": {
                contract.name: _message(kind, contract, payloads[kind])
                for kind, contract in declared.items()
            },
            "schemas": schemas,
        },
    }


def _payloads(declared: Mapping[type, Contract]) -> tuple[dict[type, Document], Document]:
    by_class, definitions = TypeAdapter.json_schemas(
        [(kind, "serialization", TypeAdapter(kind)) for kind in declared],
        ref_template=_REFERENCE,
    )
    payloads = {kind: by_class[kind, "serialization"] for kind in declared}
    return payloads, definitions.get("$defs", {})


def _message(kind: type, contract: Contract, payload: Document) -> Document:
    return {
        "name": contract.name,
        "title": kind.__name__,
        "summary": (kind.__doc__ or "").split("\n")[0],
        "contentType": "application/json",
        "headers": _HEADERS,
        "payload": payload,
        "bindings": {"kafka": {"key": {"type": "string", "description": f"The {contract.key}."}}},
    }


def _channels(declared: Mapping[type, Contract]) -> Document:
    channels: Document = {}
    for contract in declared.values():
        channel = channels.setdefault(contract.topic, _channel(contract))
        channel["messages"][contract.name] = _to("components/messages", contract.name)
    return channels


def _channel(contract: Contract) -> Document:
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


def _operations(declared: Mapping[type, Contract]) -> Document:
    return {
        f"send.{contract.name}": {
            "action": "send",
            "channel": _to("channels", contract.topic),
            "messages": [_to(f"channels/{contract.topic}/messages", contract.name)],
        }
        for contract in declared.values()
    }


def _to(parent: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/{parent}/{name}"}
