"""What the forms of all imports refuse."""

from io import BytesIO
from typing import Any

import pytest
from fastapi import UploadFile
from pydantic import ValidationError

from shared.imports.schemas import FileForm


def form(name: str | None) -> FileForm:
    said: dict[str, Any] = {"file": UploadFile(BytesIO(b"code"), filename=name)}
    return FileForm.model_validate(said)


def test_a_file_whose_name_has_nul_is_refused_at_its_part() -> None:
    with pytest.raises(ValidationError) as told:
        form("a\x00.csv")
    assert [(each["loc"], each["type"]) for each in told.value.errors()] == [(("file",), "nul")]


@pytest.mark.parametrize(("name", "kept"), [("客户 1.csv", "客户 1.csv"), ("", ""), (None, "")])
def test_a_file_has_the_name_that_it_was_sent_with(name: str | None, kept: str) -> None:
    assert form(name).upload(limit=1, by="me").name == kept
