"""The page of events leads from a purpose to topics, and shows every field with its type."""

import pytest

from deploy.docs.event_fields import field_table, type_text
from deploy.docs.events import PURPOSES, events_page
from shared.contracts.catalogue import contracts, published_names


def test_every_topic_serves_a_purpose() -> None:
    topics = {contract.topic for contract in contracts().values()}
    assert {topic for named in PURPOSES.values() for topic in named} == topics


def test_every_link_leads_to_a_heading_of_the_page() -> None:
    page = events_page()
    headings = [line.strip("# `") for line in page.splitlines() if line.startswith("#")]
    anchors = {heading.lower().replace(".", "").replace(" ", "-") for heading in headings}
    links = {part.partition(")")[0] for part in page.split("](#")[1:]}
    assert links - anchors == set()


def test_every_event_has_a_table_of_its_fields_and_an_example() -> None:
    page = events_page()
    for event_class, contract in contracts().items():
        section = page.split(f"### `{contract.name}`\n")[1].split("\n### ")[0]
        for name in published_names(event_class):
            assert f"| `{name}` | " in section
            assert f' "{name}": ' in section


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "format": "uuid"}, "UUID"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer or null"),
        ({"type": "array", "items": {"$ref": "#/$defs/Wave"}}, "list of [Wave](#wave)"),
        ({"allOf": [{"$ref": "#/$defs/Title"}]}, "[Title](#title)"),
        ({"type": "string", "enum": ["A", "B"]}, "`A`, `B`"),
        ({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}, "decimal, as text"),
        ({"type": "string", "pattern": "^[A-Z]{3}$"}, "text"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "object of text"),
    ],
)
def test_a_type_is_shown_in_words(schema: dict[str, object], expected: str) -> None:
    assert type_text(schema) == expected


def test_a_field_that_old_events_lack_is_optional() -> None:
    fields = {name: {"type": "boolean", "description": "A flag."} for name in ("old", "new")}
    table = field_table({"properties": fields, "required": ["old"]})
    assert "| `old` | boolean | A flag. |" in table
    assert "| `new` | boolean, optional | A flag. |" in table
