"""Cells of files: recognising and escaping formulas."""

import pytest

from shared.files.cells import escape_formula, is_formula


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
