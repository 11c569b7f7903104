"""The catalogue of contracts: a contract is the type, topic and key of a class of events."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

EventClass = TypeVar("EventClass", bound=type)


@dataclass(frozen=True, slots=True)
class Contract:
    """How events of a class are published: `name` is their type, `key` the field with their key.

    A topic of states is compacted: it retains only the last state of each key. A topic of facts is
    not compacted.
    """

    name: str
    topic: str
    key: str
    compacted: bool


_STATE = ".state.v1"
_CONTRACTS: dict[type, Contract] = {}


def event(name: str, *, topic: str, key: str) -> Callable[[EventClass], EventClass]:
    """Return the class decorator that declares a fact.

    An example is the fact `customer.registered` on the topic `registry.customer`. Facts are never
    deleted from their topic.
    """
    return _declare(
        Contract(f"patron.{name}.v1", f"patron.{topic}.events.v1", key, compacted=False)
    )


def state(name: str, *, topic: str, key: str) -> Callable[[EventClass], EventClass]:
    """Return the class decorator that declares a state, the latest snapshot of a record.

    A topic retains the last state of each key until a tombstone with this key is published.
    """
    return _declare(Contract(f"patron.{name}.v1", f"patron.{topic}{_STATE}", key, compacted=True))


def published_as(name: str) -> Mapping[str, str]:
    """Return the metadata of a field whose name in events is no legal name in Python.

    Events are read by either name: earlier releases published the name of the attribute.
    """
    return {"alias": name}


def published_names(event_class: Any) -> list[str]:
    """Return the names that the fields of a class of events have in JSON."""
    return [field.metadata.get("alias", field.name) for field in fields(event_class)]


def is_compacted(topic: str) -> bool:
    """Return whether a topic retains only the last record of each key."""
    return topic.endswith(_STATE)


def contract_of(event_class: type) -> Contract:
    """Return the contract of a class of events; raise KeyError if none was declared."""
    return _CONTRACTS[event_class]


def contracts() -> dict[type, Contract]:
    """Return every contract by its class of events, after importing all modules of this package."""
    _import_all()
    return dict(_CONTRACTS)


def contracts_of(service: str) -> list[Contract]:
    """Return the contracts of the events that a service publishes."""
    prefix = f"patron.{service}."
    return [contract for contract in contracts().values() if contract.topic.startswith(prefix)]


@cache
def _import_all() -> None:
    """Import all modules of this package, so that their classes are declared."""
    for module in pkgutil.walk_packages([str(Path(__file__).parent)], f"{__package__}."):
        importlib.import_module(module.name)


def _declare(contract: Contract) -> Callable[[EventClass], EventClass]:
    """Return the class decorator that adds a class with this contract to the catalogue."""

    def register(event_class: EventClass) -> EventClass:
        _CONTRACTS[event_class] = contract
        return event_class

    return register
