"""The fields that a line of a file may have, and the columns in which they are. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from shared.errors import Fault, InvalidValue
from shared.faults import REQUIRED
from shared.files.tables import Line
from shared.imports.cells import Cell
from shared.imports.columns import ColumnMapping, Columns, match_columns
from shared.imports.faults import MERGED
from shared.imports.placeholders import refuse_placeholder
from shared.imports.repairs import RepairKind, repair, repair_line


@dataclass(frozen=True, slots=True)
class Field:
    """A field that a line of a file may have; `meaning` explains the field in documents."""

    cell: Cell
    meaning: str
    required: bool = False


class ParsedCells(NamedTuple):
    """The values of a line by field, the faults of its cells, and the kinds of its repairs."""

    values: dict[str, Any]
    faults: list[Fault]
    repairs: list[RepairKind]


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one file, and the fields that they may contain.

    A cell with one of `placeholders` is refused in a column of ids.
    """

    columns: Columns
    fields: Mapping[str, Field]
    placeholders: Sequence[str] = ()

    def parse(self, line: Line) -> ParsedCells:
        """Repair and parse the cells of a line; return the values, the faults and the repairs.

        A blank cell has no value. The pointer of a fault is the name of its field.
        """
        texts, repairs = repair_line(line, self.columns.positions)
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        for name, text in texts.items():
            if line.merged and self.columns.positions[name] in line.merged:
                faults.append(Fault(name, MERGED))
            elif text:
                try:
                    values[name] = self._value(name, text)
                except InvalidValue as error:
                    faults.append(error.fault.at(name))
            elif self.fields[name].required:
                faults.append(Fault(name, REQUIRED, "Give a value."))
        return ParsedCells(values, faults, repairs)

    def text(self, line: Line, field: str) -> str:
        """Return the repaired text of a field, which must have a column in the file."""
        return repair(line.cells[self.columns.positions[field]])[0]

    def _value(self, name: str, text: str) -> Any:
        """Return the value of a field; raise InvalidValue if its text is not valid."""
        cell = self.fields[name].cell
        if cell.is_id:
            refuse_placeholder(text, self.placeholders)
        return cell.parse(text)


def find_layout(
    fields: Mapping[str, Field],
    header: Sequence[str],
    mapping: ColumnMapping,
    placeholders: Sequence[str] = (),
) -> Layout:
    """Find the columns of fields in a header; raise Invalid if the header does not fit them."""
    required = [name for name, field in fields.items() if field.required]
    return Layout(match_columns(header, mapping, fields, required), fields, tuple(placeholders))
