"""The fields that a line of a file may have, and the columns in which they are. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.errors import Fault, InvalidValue
from shared.faults import REQUIRED
from shared.imports.cells import Cell
from shared.imports.columns import ColumnMapping, Columns, match_columns


@dataclass(frozen=True, slots=True)
class Field:
    """A field that a line of a file may have; `meaning` explains the field in documents."""

    cell: Cell
    meaning: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one file, and the fields that they may contain."""

    columns: Columns
    fields: Mapping[str, Field]

    def parse(self, cells: Sequence[str]) -> tuple[dict[str, Any], list[Fault]]:
        """Parse the cells of a line; return the values by field, and the faults.

        A blank cell has no value. The pointer of a fault is the name of its field.
        """
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        for name, position in self.columns.positions.items():
            text = cells[position].strip()
            if text:
                try:
                    values[name] = self.fields[name].cell.parse(text)
                except InvalidValue as error:
                    faults.append(error.fault.at(name))
            elif self.fields[name].required:
                faults.append(Fault(name, REQUIRED, "Give a value."))
        return values, faults


def find_layout(
    fields: Mapping[str, Field], header: Sequence[str], mapping: ColumnMapping
) -> Layout:
    """Find the columns of fields in a header; raise Invalid if the header does not fit them."""
    required = [name for name, field in fields.items() if field.required]
    return Layout(match_columns(header, mapping, fields, required), fields)
