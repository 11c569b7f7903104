"""The form that starts an import: file names that are accepted and refused."""

from io import BytesIO
from typing import Any

import pytest
from fastapi import UploadFile
from pydantic import ValidationError

from shared.http.validation import fault_of_body
from shared.imports.schemas import FileForm


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
