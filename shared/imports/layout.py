"""The fields that a line of a file may have, and where they are in a file. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.imports.cells import Cell
from shared.imports.columns import ColumnMapping, Columns, match_columns


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record that a line of a file may have; `meaning` explains it to people."""

    cell: Cell
    meaning: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns in which a file has its fields, and the kinds of their cells."""

    columns: Columns
    fields: Mapping[str, Field]

    def parse(self, cells: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
        """Parse the cells of a line; return the values by field, and what is wrong.

        A blank cell has no value. Each fault names the column as the file does.
        """
        values: dict[str, Any] = {}
        faults: list[str] = []
        for name, position in self.columns.positions.items():
            text = cells[position].strip()
            if text:
                try:
                    values[name] = self.fields[name].cell.parse(text)
                except ValueError as error:
                    faults.append(self.columns.fault(name, str(error)))
            elif self.fields[name].required:
                faults.append(self.columns.fault(name, "Give a value."))
        return values, faults


def find_layout(
    fields: Mapping[str, Field], header: Sequence[str], mapping: ColumnMapping
) -> Layout:
    """Find fields in the header of a file; Invalid names the columns that do not fit."""
    required = [name for name, field in fields.items() if field.required]
    return Layout(match_columns(header, mapping, fields, required), fields)
