"""Match the columns of a file to fields: by the mapping, otherwise by their names. Pure functions.

The name of a column may differ from that of its field in letter case, in blanks or hyphens instead
of `_`, and in characters that nobody sees: `External ID` can only mean `external_id`. Such a name
counts only for a field that no other column has exactly, or by the mapping.
A column that matches no field is ignored, and so is a column that the mapping maps to null.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from shared.errors import Fault, Invalid, pointer_to
from shared.faults import UNKNOWN_FIELD
from shared.imports.faults import MAPPED_TWICE, MISSING_COLUMNS, SEPARATOR, UNKNOWN_COLUMN
from shared.texts import fold, normalise

ColumnMapping = Mapping[str, str | None]
"""Maps the name of a column in a file to the name of a field, or to None to ignore the column."""

_MAP_TO = "Map it to one of {allowed}."
_MAX_SHOWN_CHARACTERS = 200
_OTHER_SEPARATOR = re.compile(r"[;\t]|^sep=", re.IGNORECASE)
"""Matches a header that has another separator than commas; Excel writes `sep=|` above it."""


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
        column = self.column(field) or field
        return field if column == field else f"{column} ({field})"

    def column(self, field: str) -> str | None:
        """Return the name of a field's column; None if the file has no column for the field."""
        return self.header[self.positions[field]] if field in self.positions else None

    def message(self, fault: Fault) -> str:
        """Return the message of a fault of a line, with the label of its column in front.

        The pointer of the fault is the name of a field; it is empty if the whole line is invalid.
        """
        label = f"{self.label(fault.pointer)}: " if fault.pointer else ""
        return f"{label}{fault.message}"


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
    matched = _matched_fields(header, mapping, fields)
    if faults := list(_header_faults(header, matched, mapping, fields, required)):
        raise Invalid(*faults, detail="The columns of this file cannot be imported.")
    positions = {name: index for index, name in enumerate(matched) if name is not None}
    return Columns(header, positions)


def _matched_fields(
    header: Sequence[str], mapping: ColumnMapping, fields: Collection[str]
) -> list[str | None]:
    """Return the field of each column, or None if the column has none.

    A field is matched by the mapping or by its name; if it then has no column, by a similar name.
    """
    named = {_visible(name): field for name, field in mapping.items()} | dict(mapping)
    matched: list[str | None] = []
    for name in header:
        field = named.get(name, named.get(_visible(name), _visible(name)))
        matched.append(field if field in fields else None)
    similar = _by_similar_name([field for field in fields if field not in matched])
    for index, name in enumerate(header):
        if matched[index] is None and _visible(name) not in named:
            matched[index] = similar.get(_similar(name))
    return matched


def _by_similar_name(fields: Iterable[str]) -> dict[str, str]:
    """Return the fields by the form of their names that similar names share.

    Fields whose names are similar, such as the codes `q1` and `Q1` of two items, are left out.
    """
    grouped: dict[str, list[str]] = {}
    for field in fields:
        grouped.setdefault(_similar(field), []).append(field)
    return {form: found[0] for form, found in grouped.items() if len(found) == 1}


def _visible(name: str) -> str:
    """Return a name without characters that nobody sees."""
    return normalise(name).strip()


def _similar(name: str) -> str:
    """Return the form of a name that similar names share."""
    return re.sub(r"[\s_-]+", "_", fold(name).strip())


def _header_faults(
    header: Sequence[str],
    matched: Sequence[str | None],
    mapping: ColumnMapping,
    fields: Collection[str],
    required: Collection[str],
) -> Iterator[Fault]:
    """Yield the reasons why a header does not match the fields."""
    shown = _shorten(header)
    if len(header) == 1 and _OTHER_SEPARATOR.search(header[0]):
        yield Fault("/file", SEPARATOR, columns=shown)
        return
    names = {*header, *map(_visible, header)}
    for column, field in mapping.items():
        pointer = pointer_to("mapping", column)
        if column not in names and _visible(column) not in names:
            yield Fault(pointer, UNKNOWN_COLUMN, columns=shown)
        if field is not None and field not in fields:
            yield Fault(pointer, UNKNOWN_FIELD, _MAP_TO, allowed=_shorten(list(fields)))
    for field in fields:
        if matched.count(field) > 1:
            yield Fault("/mapping", MAPPED_TWICE, field=field)
    missing = [field for field in required if field not in matched]
    if missing:
        yield Fault("/file", MISSING_COLUMNS, fields=missing, columns=shown)


def _shorten(names: Sequence[str]) -> list[str]:
    """Return the first names, which have at most 200 characters together."""
    lengths = accumulate(map(len, names))
    count = sum(length <= _MAX_SHOWN_CHARACTERS for length in lengths)
    return list(names) if count == len(names) else [*names[:count], "..."]
