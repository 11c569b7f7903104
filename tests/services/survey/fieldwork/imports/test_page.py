"""The options of a file of answers stand where users look: in docs/imports.md."""

import json
from pathlib import Path

from pydantic.fields import FieldInfo

from services.survey.fieldwork.imports.schemas import AnswerImportOptions

PAGE = (Path(__file__).parents[5] / "docs" / "imports.md").read_text(encoding="utf-8")


def option(name: str, field: FieldInfo) -> str:
    default = "" if field.default is None else f"`{json.dumps(field.default)}`"
    return f"| `{name}` | {default} | {field.description} |"


def test_the_page_has_the_options_that_the_code_knows() -> None:
    answers = PAGE.partition("## Answers to a survey")[2]
    table = answers.partition("| option |")[2].partition("\n\n")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    assert rows == [option(*each) for each in AnswerImportOptions.model_fields.items()]
