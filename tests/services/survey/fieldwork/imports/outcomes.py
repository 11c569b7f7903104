"""The numbers of lines of an import by their outcome."""

from typing import Any, NamedTuple


class Counts(NamedTuple):
    """The number of processed lines of an import, and the numbers by outcome."""

    processed: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0


def counts(body: dict[str, Any]) -> Counts:
    """Return the numbers of lines of an import: all processed ones, and by their outcome."""
    return Counts(**{name: body[name] for name in Counts._fields})
