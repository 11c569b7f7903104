"""Which cells a spreadsheet would compute, and how days of spreadsheets are written."""

import pytest

from shared.files.cells import dashed, inert, is_formula


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", " \t=1", "'=1+1", "'@x", " '=1", "' =1"])
def test_what_a_spreadsheet_would_compute_is_a_formula_also_behind_an_apostrophe(cell: str) -> None:
    assert is_formula(cell)


@pytest.mark.parametrize("cell", ["", "1=1", "a@b.example", "x =", "'", "'x", "-5"])
def test_any_other_text_is_none(cell: str) -> None:
    assert not is_formula(cell)
    assert inert(cell) == cell


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", " =1"])
def test_an_apostrophe_makes_a_formula_text_and_one_is_enough(cell: str) -> None:
    assert inert(cell) == f"'{cell}"
    assert inert(inert(cell)) == inert(cell)
    assert is_formula(inert(cell))


@pytest.mark.parametrize(
    ("written", "standard"),
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
def test_a_day_of_a_spreadsheet_is_written_in_the_standard_way(written: str, standard: str) -> None:
    assert dashed(written) == standard
