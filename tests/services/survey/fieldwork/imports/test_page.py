"""Tests that the page docs/imports.md lists the options of imports of answers."""

import json
from pathlib import Path

from pydantic.fields import FieldInfo

from services.survey.fieldwork.imports.schemas import AnswerImportOptions

PAGE = (Path(__file__).parents[5] / "docs" / "imports.md").read_text(encoding="utf-8")


def table_row(name: str, field: FieldInfo) -> str:
    """Return the row of the Markdown table that describes an option, which is this field."""
    default = "" if field.default is None else f"`{json.dumps(field.default, ensure_ascii=False)}`"
    return f"| `{name}` | {default} | {field.description} |"


def test_the_page_lists_every_option_with_its_default_and_description() -> None:
    section = PAGE.partition("## Answers to a survey")[2]
    table = section.partition("| option |")[2].partition("\n\n")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    options = AnswerImportOptions.model_fields
    assert rows == [table_row(name, field) for name, field in options.items()]
