"""Repairing the cells of a file, counting the repairs, and cells that pass a file of errors."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.files.cells import escape_formula
from shared.files.tables import Line, read_table
from shared.imports.repairs import MAX_FIRST_LINES, RepairKind, add_repairs, repair, repair_line

APOSTROPHE = RepairKind.APOSTROPHE
FORMAT_CHARACTERS = RepairKind.FORMAT_CHARACTERS
UNICODE_FORM = RepairKind.UNICODE_FORM
ROUNDED = RepairKind.ROUNDED_NUMBER
BEGINNINGS = ["", "'", "''", "=", "'=", "+", "-", "@", " ", "\t", "\u200b", "\u3000", "\u0338"]
CELLS = st.builds(
    "{}{}{}".format,
    st.lists(st.sampled_from(BEGINNINGS), max_size=4).map("".join),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=5),
    st.sampled_from(["", "1", "5.00", " "]),
)
"""Texts with beginnings that spreadsheets or exporters treat in a special way."""


@pytest.mark.parametrize(
    ("cell", "text", "kinds"),
    [
        (" P1 ", "P1", []),
        ("苏州", "苏州", []),
        ("O'Neil", "O'Neil", []),
        ("'t Hart", "'t Hart", []),
        ("", "", []),
        ("'+86 21 5555 0100", "+86 21 5555 0100", [APOSTROPHE]),
        ("'=1+1", "=1+1", [APOSTROPHE]),
        ("'00123", "00123", [APOSTROPHE]),
        ("\u200bZW1\u2060", "ZW1", [FORMAT_CHARACTERS]),
        ("\u200b \u200b", "", [FORMAT_CHARACTERS]),
        ("cafe\u0301-9", "café-9", [UNICODE_FORM]),
        ("'\u200b+86 21", "+86 21", [APOSTROPHE, FORMAT_CHARACTERS]),
        ("'5 cafe\u0301\u200b", "5 café", [APOSTROPHE, FORMAT_CHARACTERS, UNICODE_FORM]),
    ],
)
def test_a_cell_is_repaired_and_the_kinds_of_its_repairs_are_known(
    cell: str, text: str, kinds: list[RepairKind]
) -> None:
    assert repair(cell) == (text, kinds)
    assert repair_line(Line(2, [cell]), {"name": 0}) == ({"name": text}, kinds)


def test_only_cells_of_fields_are_repaired_and_counted() -> None:
    line = Line(2, ["'1", "'2", "3.3", "4"], None, (2, 3))
    found = repair_line(line, {"code": 1, "unit_price": 2})
    assert found == ({"code": "2", "unit_price": "3.3"}, [APOSTROPHE, ROUNDED])


def test_repairs_are_counted_by_kind_with_the_smallest_line_numbers() -> None:
    counted = add_repairs([], {9: [APOSTROPHE, APOSTROPHE], 4: [ROUNDED, APOSTROPHE]})
    counted = add_repairs(counted, {7: [APOSTROPHE], 2: [UNICODE_FORM]})
    assert counted == [
        {"kind": "apostrophe", "count": 4, "first_lines": [4, 7, 9]},
        {"kind": "unicode_form", "count": 1, "first_lines": [2]},
        {"kind": "rounded_number", "count": 1, "first_lines": [4]},
    ]


def test_at_most_ten_lines_are_named_whatever_the_order_in_which_lines_are_added() -> None:
    counted = add_repairs([], {line: [APOSTROPHE] for line in range(20, 40)})
    (only,) = add_repairs(counted, {line: [APOSTROPHE] for line in range(16, 20)})
    assert only == {"kind": "apostrophe", "count": 24, "first_lines": [*range(16, 26)]}
    assert len(only["first_lines"]) == MAX_FIRST_LINES


@given(st.lists(CELLS, min_size=2, max_size=4))
@example(["'=1", "''=1"])
@example([" =1", "=\u0338"])
@example(["+86 138 0000 1111", "-5"])
@example(["-cmd", "\t@x"])
def test_cells_are_read_from_a_file_of_errors_as_from_the_file_that_was_imported(
    cells: list[str],
) -> None:
    """The file of errors is written and read twice, as if its lines were rejected again."""
    positions = {str(index): index for index in range(len(cells))}
    texts, _ = repair_line(Line(2, cells), positions)
    again = cells
    for _ in range(2):
        file = io.StringIO(newline="")
        csv.writer(file).writerows([["no.", *positions], ["2", *map(escape_formula, again)]])
        (line,) = read_table(io.BytesIO(file.getvalue().encode("utf-8-sig"))).lines
        again = line.cells[1:]
        assert repair_line(Line(2, again), positions)[0] == texts
    assert again == [escape_formula(cell) for cell in cells]
