"""The columns of files stand where users look: in docs/imports.md and in the OpenAPI document."""

import json
import re
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from services.registry.__main__ import SERVICE
from services.registry.transfer.imports.columns import described, fields_of
from services.registry.transfer.imports.domain import OPTIONS, Entity, Field
from services.registry.transfer.imports.schemas import ImportOptions
from tests.services.harness import Running
from tests.services.registry.transfer.imports.files import counts, imported, orders

ROOT = Path(__file__).parents[5]
PAGE = (ROOT / "docs" / "imports.md").read_text(encoding="utf-8")


def section(entity: Entity) -> str:
    return PAGE.partition(f"## {entity.capitalize()}\n")[2].partition("\n## ")[0]


def row(name: str, field: Field) -> str:
    needed = "yes" if field.required else ""
    return f"| `{name}` | {needed} | {field.meaning} | {field.cell.written} |"


@pytest.mark.parametrize("entity", Entity)
def test_the_page_has_the_columns_that_the_code_knows(entity: Entity) -> None:
    rows = [line for line in section(entity).splitlines() if line.startswith("| `")]
    assert rows == [row(*known) for known in fields_of(entity, "UTC").items()]


def option(name: str, field: FieldInfo) -> str:
    default = "" if field.default is None else f"`{json.dumps(field.default)}`"
    return f"| `{name}` | {', '.join(OPTIONS[name])} | {default} | {field.description} |"


def test_the_page_has_the_options_that_the_code_knows() -> None:
    table = PAGE.partition("| option | for |")[2].partition("\n\n")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    assert rows == [option(*each) for each in ImportOptions.model_fields.items()]
    assert OPTIONS.keys() == ImportOptions.model_fields.keys()


@pytest.mark.parametrize("entity", Entity)
def test_the_description_of_the_operation_has_them_too(entity: Entity) -> None:
    document = SERVICE.create_app(SERVICE.settings()).openapi()
    assert described() in document["paths"]["/v1/imports"]["post"]["description"]
    told = described().partition(f"\n**Columns of {entity}**\n\n")[2].partition("\n\n")[0]
    assert told.splitlines() == [
        f"- `{name}`{' (needed)' if field.required else ''}: {field.meaning}."
        f" Written: {field.cell.written}."
        for name, field in fields_of(entity, "UTC").items()
    ]


def test_the_files_of_the_page_are_taken_as_it_says(registry: Running) -> None:
    said = {"system": "erp", "return_prefix": "R"}
    for entity in Entity:
        options = {name: said[name] for name in said if entity in OPTIONS[name]}
        (content,) = re.findall("```csv\n(.*?)```", section(entity), re.DOTALL)
        body = imported(registry, entity, content, options=options)
        assert counts(body) == (content.count("\n") - 1, 0, 0, 0)
        assert body["ignored_columns"] == []
    found = orders(registry)
    assert found["RSO-1"]["lines"][0]["quantity"] == "-1"
    assert (found["SO-2"]["customer_id"], found["SO-1"]["amount"]) == (None, "5219.70")


def test_the_readme_leads_to_the_page() -> None:
    assert "docs/imports.md" in (ROOT / "README.md").read_text(encoding="utf-8")
