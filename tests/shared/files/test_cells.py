"""Cells of files: recognising and escaping formulas, and converting dates to ISO 8601."""

import pytest

from shared.files.cells import escape_formula, is_formula, to_iso_text


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", " \t=1", "'=1+1", "'@x", " '=1", "' =1"])
def test_a_cell_that_begins_with_equals_or_at_is_a_formula_even_behind_an_apostrophe(
    cell: str,
) -> None:
    assert is_formula(cell)


@pytest.mark.parametrize("cell", ["", "1=1", "a@b.example", "x =", "'", "'x", "-5"])
def test_any_other_cell_is_not_a_formula_and_needs_no_escape(cell: str) -> None:
    assert not is_formula(cell)
    assert escape_formula(cell) == cell


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", " =1"])
def test_a_formula_is_escaped_with_one_apostrophe_and_only_once(cell: str) -> None:
    assert escape_formula(cell) == f"'{cell}"
    assert escape_formula(escape_formula(cell)) == escape_formula(cell)
    assert is_formula(escape_formula(cell))


@pytest.mark.parametrize(
    ("text", "iso_text"),
    [
        ("2026/2/20", "2026-02-20 00:00:00"),
        ("2026.2.20 9:05", "2026-02-20 09:05:00"),
        ("2026/12/31T23:59:58", "2026-12-31 23:59:58"),
        ("2026-02-20", "2026-02-20"),
        ("soon", "soon"),
        ("２０２６/2/20", "２０２６/2/20"),
        ("2026/2/20 ٩:05", "2026/2/20 ٩:05"),
    ],
)
def test_a_date_with_slashes_or_dots_becomes_iso_and_other_text_stays(
    text: str, iso_text: str
) -> None:
    assert to_iso_text(text) == iso_text
