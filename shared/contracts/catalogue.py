"""The catalogue of contracts: the type, topic and key of every class of events."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Contract:
    """How events of a class are published: `name` is their type, `key` the field with their key.

    A compacted topic contains states, others contain facts.
    """

    name: str
    topic: str
    key: str
    compacted: bool


_STATE = ".state.v1"
_CONTRACTS: dict[type, Contract] = {}


def event(name: str, *, topic: str, key: str) -> Callable[[type[E]], type[E]]:
    """Declare a fact, such as `customer.registered` on topic `registry.customer`.

    Facts are never deleted from their topic.
    """
    return _declare(
        Contract(f"patron.{name}.v1", f"patron.{topic}.events.v1", key, compacted=False)
    )


def state(name: str, *, topic: str, key: str) -> Callable[[type[E]], type[E]]:
    """Declare a state, the latest snapshot of a record.

    A topic retains the last state of each key, until its tombstone.
    """
    return _declare(Contract(f"patron.{name}.v1", f"patron.{topic}{_STATE}", key, compacted=True))


def is_compacted(topic: str) -> bool:
    """Return whether a topic retains only the last record of each key."""
    return topic.endswith(_STATE)


def contract_of(kind: type) -> Contract:
    """Return the contract of a class; raise KeyError if it was not declared."""
    return _CONTRACTS[kind]


def contracts() -> dict[type, Contract]:
    """Return every contract by its class, after importing all modules of this package."""
    _import_all()
    return dict(_CONTRACTS)


def contracts_of(service: str) -> list[Contract]:
    """Return the contracts of the events that a service publishes."""
    return [each for each in contracts().values() if each.topic.startswith(f"patron.{service}.")]


@cache
def _import_all() -> None:
    """Import all modules of this package, so that their classes are declared."""
    for module in pkgutil.walk_packages([str(Path(__file__).parent)], f"{__package__}."):
        importlib.import_module(module.name)


def _declare(contract: Contract) -> Callable[[type[E]], type[E]]:
    """Return the class decorator that adds a class to the catalogue."""

    def register(kind: type[E]) -> type[E]:
        _CONTRACTS[kind] = contract
        return kind

    return register
