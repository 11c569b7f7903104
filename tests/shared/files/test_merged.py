"""Finding the cells of a sheet that are merged with cells of other rows."""

import io

import pytest

from shared.errors import Invalid
from shared.files import merged
from shared.files.merged import MergedCells, MergedRange, merged_ranges


def sheet(*ranges: str, before: str = "") -> io.BytesIO:
    """Return the XML of a sheet with these merged cells."""
    tags = "".join(f'<x:mergeCell ref="{cells}"/>' for cells in ranges)
    return io.BytesIO(f"<x:sheetData>{before}</x:sheetData>{tags}".encode())


def test_only_merged_cells_of_several_rows_within_a_table_are_found() -> None:
    found = merged_ranges(sheet("A2:A4", "A2:A4", "B1:D1", "C5:D6", "XFD1:XFD9", "ALL1:XFD2"))
    assert found == [
        MergedRange(1, 999, 2, merged.MAX_COLUMNS - 1),
        MergedRange(2, 0, 4, 0),
        MergedRange(5, 2, 6, 3),
    ]


@pytest.mark.parametrize("shift", range(0, 60, 7))
def test_merged_cells_are_found_wherever_the_pieces_of_a_file_end(
    monkeypatch: pytest.MonkeyPatch, shift: int
) -> None:
    monkeypatch.setattr(merged, "_PIECE_BYTES", 300)
    found = merged_ranges(sheet("A2:A4", "B5:B6", before="x" * (250 + shift)))
    assert found == [MergedRange(2, 0, 4, 0), MergedRange(5, 1, 6, 1)]


def test_too_many_merged_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merged, "MAX_MERGED", 3)
    assert len(merged_ranges(sheet("A2:C3"))) == 1
    with pytest.raises(Invalid) as refused:
        merged_ranges(sheet("A2:C3", "A5:A6"))
    assert refused.value.faults[0].params == {"max": 3}


def test_each_row_has_the_columns_that_are_merged_with_those_of_other_rows() -> None:
    cells = MergedCells([MergedRange(2, 0, 4, 0), MergedRange(3, 2, 5, 3), MergedRange(5, 0, 6, 0)])
    rows = [cells.columns(number, ["a", "b", "c", "d"]) for number in range(1, 8)]
    assert rows == [(), (0,), (0, 2, 3), (0, 2, 3), (0, 2, 3), (0,), ()]


def test_merged_cells_without_a_text_do_not_count() -> None:
    ranges = [MergedRange(1, 0, 9, 0), MergedRange(2, 1, 9, 1), MergedRange(3, 5, 9, 5)]
    cells = MergedCells(ranges)
    assert [cells.columns(number, ["a", " "]) for number in (2, 3, 4)] == [(), (), ()]
