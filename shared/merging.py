"""Merging of tables to which several packages contribute, such as the handlers of events."""

from collections.abc import Mapping
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


def merge_disjoint(*tables: Mapping[K, V]) -> dict[K, V]:
    """Return the entries of all tables; raise ValueError if two tables have the same key."""
    merged: dict[K, V] = {}
    for table in tables:
        if repeated := merged.keys() & table.keys():
            names = ", ".join(sorted(getattr(key, "__name__", str(key)) for key in repeated))
            raise ValueError(f"two packages have an entry for {names}: one would replace the other")
        merged.update(table)
    return merged
