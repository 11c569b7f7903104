"""Which column of a file is what: as the mapping says, else the field that it is named like. Pure.

A column that is neither is left alone; one that is mapped to null is left alone on purpose.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.errors import Fault, Invalid, pointer_to

Mapped = Mapping[str, str | None]

_MOST_FAULTS = 100
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file, and at which place each field stands."""

    header: Sequence[str]
    places: Mapping[str, int]

    @property
    def ignored(self) -> list[str]:
        """Name the columns that mean nothing here."""
        used = set(self.places.values())
        return [name for at, name in enumerate(self.header) if at not in used]

    def titled(self, field: str) -> str:
        """Name a field as the file has it, and as we do where that is another name."""
        at = self.places.get(field)
        return field if at is None or self.header[at] == field else f"{self.header[at]} ({field})"

    def fault(self, field: str, message: str) -> str:
        """Tell what is wrong with a cell."""
        return f"{self.titled(field)}: {message}"


def columns_of(
    header: Sequence[str],
    mapping: Mapped,
    fields: Collection[str],
    required: Collection[str],
) -> Columns:
    """Find the fields in a header; Invalid if the file cannot be imported so."""
    if faults := list(_faults(header, mapping, fields, required)):
        raise Invalid(*faults[:_MOST_FAULTS], detail="This file cannot be imported so.")
    named = enumerate(mapping.get(name, name) for name in header)
    return Columns(header, {name: at for at, name in named if name is not None and name in fields})


def _faults(
    header: Sequence[str], mapping: Mapped, fields: Collection[str], required: Collection[str]
) -> Iterator[Fault]:
    read = _shortened(header)
    if len(header) == 1 and re.search(r"[;\t]", header[0]):
        message = f"Separate cells by commas; the header was read as one cell: {read}"
        yield Fault("/file", "separator", message)
        return
    for column, field in mapping.items():
        pointer = pointer_to("mapping", column)
        if column not in header:
            message = f"The file has no column of this name. Its header is: {read}"
            yield Fault(pointer, "unknown_column", message)
        if field is not None and field not in fields:
            yield Fault(pointer, "unknown_field", f"Map it to one of {_shortened(fields)}.")
    named = [mapping.get(name, name) for name in header]
    for field in fields:
        if named.count(field) > 1:
            yield Fault("/mapping", "mapped_twice", f"Two columns mean the same: {field}.")
    missing = [field for field in required if field not in named]
    if missing:
        message = f"Name or map columns for {_shortened(missing)}. The header is: {read}"
        yield Fault("/file", "missing_columns", message)


def _shortened(names: Collection[str]) -> str:
    text = ", ".join(names)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} ..."
