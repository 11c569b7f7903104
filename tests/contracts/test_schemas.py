"""The JSON Schemas of events describe every field, and readers accept more than they state."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from shared.contracts.catalogue import contract_of, contracts
from shared.contracts.registry.order import OrderPlaced
from shared.messaging.envelope import adapter, schema_uri
from shared.messaging.schemas import example_of, schema_of

EVENT_CLASSES = sorted(contracts(), key=lambda event_class: contract_of(event_class).name)
every_class = pytest.mark.parametrize(
    "event_class", EVENT_CLASSES, ids=[each.__name__ for each in EVENT_CLASSES]
)
FORMATS = {"_id": "uuid", "_at": "date-time", "_on": "date"}


def fields_of(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the name and schema of each field of an event and of its nested types."""
    for part in (schema, *schema.get("$defs", {}).values()):
        yield from part["properties"].items()


def alternatives(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the schemas of a field's value other than null."""
    parts: list[Mapping[str, Any]] = schema.get("anyOf", [schema])
    return [part for part in parts if part.get("type") != "null"]


def with_unknown_codes(value: Any, schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Any:
    """Return a value with a code in each enumerated field that this release does not know."""
    for part in [*alternatives(schema), *schema.get("allOf", [])]:
        if "enum" in part:
            return "added_later"
        if "$ref" in part:
            return with_unknown_codes(value, whole["$defs"][part["$ref"].split("/")[-1]], whole)
        if "items" in part:
            return [with_unknown_codes(each, part["items"], whole) for each in value]
        if "properties" in part:
            fields = part["properties"]
            return {name: with_unknown_codes(value[name], fields[name], whole) for name in value}
    return value


@every_class
def test_every_field_is_described_by_a_sentence(event_class: type) -> None:
    schema = schema_of(event_class)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == schema_uri(contract_of(event_class).name)
    for name, field in fields_of(schema):
        assert field["description"].endswith("."), name
        assert "title" not in field


@every_class
def test_ids_moments_and_days_have_their_formats(event_class: type) -> None:
    for name, field in fields_of(schema_of(event_class)):
        for ending, expected in FORMATS.items():
            if name.endswith(ending) and name != "external_id":
                assert [part["format"] for part in alternatives(field)] == [expected], name


def test_exact_numbers_are_texts() -> None:
    line = schema_of(OrderPlaced)["$defs"]["OrderLine"]["properties"]
    assert [line[name]["type"] for name in ("quantity", "unit_price")] == ["string", "string"]


@every_class
def test_nested_types_have_names(event_class: type) -> None:
    for name, field in fields_of(schema_of(event_class)):
        nested = [*alternatives(field), *(part.get("items", {}) for part in alternatives(field))]
        assert not [part for part in nested if "properties" in part], name


@every_class
def test_codes_that_a_later_release_adds_are_read(event_class: type) -> None:
    schema, example = schema_of(event_class), example_of(event_class)
    later = with_unknown_codes(example, schema, schema)
    has_codes = any(
        "enum" in part for _, field in fields_of(schema) for part in alternatives(field)
    )
    assert (later != example) is has_codes
    event = adapter(event_class).validate_python(later)
    assert adapter(event_class).dump_python(event, mode="json") == later
