"""Cells of files: recognising and escaping formulas."""

import pytest

from shared.files.cells import escape_formula, is_formula, unescape


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", " \t=1"])
def test_a_cell_that_begins_with_equals_or_at_is_a_formula(cell: str) -> None:
    assert is_formula(cell)


@pytest.mark.parametrize("cell", ["", "1=1", "a@b.example", "x =", "'", "'x", "-5", "+86 21"])
def test_any_other_cell_is_not_a_formula(cell: str) -> None:
    assert not is_formula(cell)


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", " =1", "\t=1", "+86 21 5555 0100", "-1+A1"])
def test_what_a_spreadsheet_would_compute_is_escaped_with_one_apostrophe_and_only_once(
    cell: str,
) -> None:
    assert escape_formula(cell) == f"'{cell}"
    assert escape_formula(escape_formula(cell)) == escape_formula(cell)
    assert unescape(escape_formula(cell)) == cell.strip()


@pytest.mark.parametrize("cell", ["", "1=1", "a@b.example", "x =", "'x", "-", "-5", " -1,5.00 "])
def test_other_texts_and_negative_numbers_need_no_escape(cell: str) -> None:
    assert escape_formula(cell) == cell


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'+86 138 0000 1111", "+86 138 0000 1111"),
        ("'-5", "-5"),
        ("'=1+1", "=1+1"),
        ("' @x", "@x"),
        ("'00123", "00123"),
    ],
)
def test_the_apostrophe_of_an_exporter_is_removed(text: str, expected: str) -> None:
    assert unescape(text) == expected


@pytest.mark.parametrize("text", ["", "'", "''", "''=1", "'t Hart", "O'Neil", "' 5", "'x=1", "5'"])
def test_every_other_apostrophe_stays(text: str) -> None:
    assert unescape(text) == text
