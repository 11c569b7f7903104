"""Match the columns of a file to fields: by the mapping, otherwise by their names. Pure functions.

A column that matches no field is ignored, and so is a column that the mapping maps to null.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.errors import Fault, Invalid, pointer_to

ColumnMapping = Mapping[str, str | None]
"""Maps the name of a column in a file to the name of a field, or to None to ignore the column."""

_MAX_FAULTS = 100
_MAX_SHOWN_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Columns:
    """The header of a file, and for each field in the file the index of its column."""

    header: Sequence[str]
    positions: Mapping[str, int]

    @property
    def ignored(self) -> list[str]:
        """The names of the columns that match no field."""
        used = set(self.positions.values())
        return [name for index, name in enumerate(self.header) if index not in used]

    def label(self, field: str) -> str:
        """Return the name of a field's column, followed by `(field)` if the names differ."""
        column = self.header[self.positions[field]] if field in self.positions else field
        return field if column == field else f"{column} ({field})"

    def fault(self, field: str, message: str) -> str:
        """Return a message about a cell of this field, with the label of its column in front."""
        return f"{self.label(field)}: {message}"


def match_columns(
    header: Sequence[str],
    mapping: ColumnMapping,
    fields: Collection[str],
    required: Collection[str],
) -> Columns:
    """Find the columns of the fields in a header; raise Invalid if the header does not match.

    A header does not match if a required field is missing, if two columns match one field, or if
    the mapping names a column or field that does not exist.
    """
    if faults := list(_header_faults(header, mapping, fields, required)):
        raise Invalid(*faults[:_MAX_FAULTS], detail="The columns of this file cannot be imported.")
    matched = enumerate(mapping.get(name, name) for name in header)
    positions = {name: index for index, name in matched if name is not None and name in fields}
    return Columns(header, positions)


def _header_faults(
    header: Sequence[str],
    mapping: ColumnMapping,
    fields: Collection[str],
    required: Collection[str],
) -> Iterator[Fault]:
    """Yield the reasons why a header does not match the fields."""
    shown = _shorten(header)
    if len(header) == 1 and re.search(r"[;\t]", header[0]):
        message = f"Separate cells by commas; the header was read as one cell: {shown}"
        yield Fault("/file", "separator", message)
        return
    for column, field in mapping.items():
        pointer = pointer_to("mapping", column)
        if column not in header:
            message = f"The file has no column of this name. Its header is: {shown}"
            yield Fault(pointer, "unknown_column", message)
        if field is not None and field not in fields:
            yield Fault(pointer, "unknown_field", f"Map it to one of {_shorten(fields)}.")
    matched = [mapping.get(name, name) for name in header]
    for field in fields:
        if matched.count(field) > 1:
            yield Fault("/mapping", "mapped_twice", f"Two columns match the same field: {field}.")
    missing = [field for field in required if field not in matched]
    if missing:
        message = f"Give or map columns for {_shorten(missing)}. The header is: {shown}"
        yield Fault("/file", "missing_columns", message)


def _shorten(names: Collection[str]) -> str:
    """Return the names separated by commas, cut to 200 characters."""
    text = ", ".join(names)
    if len(text) <= _MAX_SHOWN_CHARACTERS:
        return text
    return f"{text[:_MAX_SHOWN_CHARACTERS]} ..."
