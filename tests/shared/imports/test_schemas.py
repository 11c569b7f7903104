"""The form that starts an import: file names that are accepted and refused."""

from io import BytesIO
from typing import Any

import pytest
from fastapi import UploadFile
from pydantic import ValidationError

from shared.http.validation import fault_of_body
from shared.imports.models import RejectionColumns
from shared.imports.schemas import FileForm, RejectedLineOut


def form(name: str | None) -> FileForm:
    """Return the form of an import whose file has this name."""
    fields: dict[str, Any] = {"file": UploadFile(BytesIO(b"code"), filename=name)}
    return FileForm.model_validate(fields)


def test_a_file_name_with_nul_is_refused_at_the_part_file() -> None:
    with pytest.raises(ValidationError) as error:
        form("a\x00.csv")
    (fault,) = map(fault_of_body, error.value.errors())
    assert (fault.pointer, fault.code) == ("/file", "nul")


@pytest.mark.parametrize(("name", "expected"), [("客户 1.csv", "客户 1.csv"), ("", ""), (None, "")])
def test_the_file_name_of_an_upload_is_the_one_sent_or_empty(
    name: str | None, expected: str
) -> None:
    assert form(name).upload(limit=1, by="me").name == expected


def shown(*cells: str) -> RejectedLineOut:
    """Return the response body of a rejected line with these cells, of a file of one column."""
    row = RejectionColumns()
    row.line, row.cells, row.faults, row.coded_faults = 2, list(cells), [], []
    return RejectedLineOut.of(row, ["name"])


def test_a_long_cell_is_shown_up_to_its_first_1000_characters() -> None:
    values = shown("a" * 1000, "b" * 1001).values
    assert [(len(each.value or ""), each.cut) for each in values] == [(1000, False), (1000, True)]


def test_a_line_of_many_long_cells_is_shown_with_at_most_20_000_characters() -> None:
    line = shown(*["x" * 1000] * 1001)
    assert len(line.values) == 1001
    assert all(each.cut for each in line.values)
    assert 19_000 < sum(len(each.value or "") for each in line.values) <= 20_000
