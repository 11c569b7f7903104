"""docs/imports.md and the OpenAPI document describe the columns and options of all files."""

import json
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic.fields import FieldInfo

from services.registry.__main__ import SERVICE
from services.registry.transfer.imports.schemas import ImportOptions
from services.registry.transfer.imports.specs import SPECS, description_of_files
from shared.imports.layout import Field
from shared.imports.schemas import RejectedLineOut
from shared.imports.times import TimeFormat
from tests.services.harness import Running
from tests.services.registry.transfer.imports.files import Counts, counts, import_file, orders

ROOT = Path(__file__).parents[5]
PAGE = (ROOT / "docs" / "imports.md").read_text(encoding="utf-8")


def fields(entity: str) -> list[tuple[str, Field]]:
    """Return the name and the declaration of each column of an entity."""
    return list(SPECS[entity].fields(TimeFormat(ZoneInfo("UTC"))).items())


def section(entity: str) -> str:
    """Return the section of docs/imports.md about an entity."""
    return PAGE.partition(f"## {entity.capitalize()}\n")[2].partition("\n## ")[0]


def column_row(name: str, field: Field) -> str:
    """Return the row about a column as the table of its entity has it in docs/imports.md."""
    needed = "yes" if field.required else ""
    return f"| `{name}` | {needed} | {field.meaning} | {field.cell.format} |"


@pytest.mark.parametrize("entity", SPECS)
def test_the_page_has_the_columns_that_the_code_knows(entity: str) -> None:
    rows = [line for line in section(entity).splitlines() if line.startswith("| `")]
    assert rows == [column_row(*field) for field in fields(entity)]


def option_row(name: str, field: FieldInfo) -> str:
    """Return the row about an option as the table of options has it in docs/imports.md."""
    entities = [entity for entity in SPECS if is_applicable(entity, name)]
    default = "" if field.default is None else f"`{json.dumps(field.default, ensure_ascii=False)}`"
    return f"| `{name}` | {', '.join(entities)} | {default} | {field.description} |"


def is_applicable(entity: str, option: str) -> bool:
    """Return whether an option applies to files of an entity."""
    return option in SPECS[entity].option_names()


def test_the_page_has_the_options_that_the_code_knows() -> None:
    table = PAGE.partition("| option | for |")[2].partition("\n\n")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    assert rows == [option_row(*option) for option in ImportOptions.model_fields.items()]


@pytest.mark.parametrize("entity", SPECS)
def test_the_description_of_the_operation_has_the_columns_of_each_entity(entity: str) -> None:
    document = SERVICE.create_app(SERVICE.settings()).openapi()
    assert description_of_files() in document["paths"]["/v1/imports"]["post"]["description"]
    columns = (
        description_of_files().partition(f"\n**Columns of {entity}**\n\n")[2].partition("\n\n")[0]
    )
    assert columns.splitlines() == [
        f"- `{name}`{' (needed)' if field.required else ''}: {field.meaning}."
        f" Written: {field.cell.format}."
        for name, field in fields(entity)
    ]


def test_the_example_files_of_the_page_are_imported_without_a_rejected_line(
    registry: Running,
) -> None:
    example = {"system": "erp", "return_prefix": "R"}
    for entity in SPECS:
        options = {name: value for name, value in example.items() if is_applicable(entity, name)}
        (content,) = re.findall("```csv\n(.*?)```", section(entity), re.DOTALL)
        body = import_file(registry, entity, content, options=options)
        assert counts(body) == Counts(created=content.count("\n") - 1)
        assert body["ignored_columns"] == []
    found = orders(registry)
    assert found["RSO-1"]["lines"][0]["quantity"] == "-1"
    assert (found["SO-2"]["customer_id"], found["SO-1"]["amount"]) == (None, "5219.7")


def test_the_page_shows_the_example_of_a_rejected_line_that_the_document_has() -> None:
    (example,) = RejectedLineOut.model_json_schema()["examples"]
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert json.loads(shown) == example


def test_the_readme_leads_to_the_page() -> None:
    assert "docs/imports.md" in (ROOT / "README.md").read_text(encoding="utf-8")
