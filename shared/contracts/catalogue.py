"""All contracts: which class travels as which type, on which topic, with which key."""

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
    """How one class travels. `key` names the field whose value is the record's key."""

    name: str
    topic: str
    key: str
    compacted: bool


_STATE = ".state.v1"
_CONTRACTS: dict[type, Contract] = {}


def event(name: str, *, topic: str, key: str) -> Callable[[type[E]], type[E]]:
    """Declare a fact: `customer.registered` on topic `registry.customer`, kept for ever."""
    return _declare(
        Contract(f"patron.{name}.v1", f"patron.{topic}.events.v1", key, compacted=False)
    )


def state(name: str, *, topic: str, key: str) -> Callable[[type[E]], type[E]]:
    """Declare the latest snapshot of a noun, kept per key until its tombstone."""
    return _declare(Contract(f"patron.{name}.v1", f"patron.{topic}{_STATE}", key, compacted=True))


def is_compacted(topic: str) -> bool:
    """Tell whether a topic keeps only what came last per key."""
    return topic.endswith(_STATE)


def contract_of(kind: type) -> Contract:
    """Tell how a class travels; KeyError if it was never declared."""
    return _CONTRACTS[kind]


def contracts() -> dict[type, Contract]:
    """Tell every contract: those of all modules beside this one, and what else was declared."""
    _import_all()
    return dict(_CONTRACTS)


def contracts_of(service: str) -> list[Contract]:
    """Tell what a service publishes."""
    return [each for each in contracts().values() if each.topic.startswith(f"patron.{service}.")]


@cache
def _import_all() -> None:
    for module in pkgutil.walk_packages([str(Path(__file__).parent)], f"{__package__}."):
        importlib.import_module(module.name)


def _declare(contract: Contract) -> Callable[[type[E]], type[E]]:
    def mark(kind: type[E]) -> type[E]:
        _CONTRACTS[kind] = contract
        return kind

    return mark
