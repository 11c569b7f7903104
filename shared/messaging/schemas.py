"""The JSON Schemas of events, generated from the contracts, and examples built from them."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from shared.contracts.catalogue import contract_of
from shared.messaging.envelope import adapter, schema_uri

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class _WithoutTitles(GenerateJsonSchema):
    """Generates schemas whose fields have no titles: these would repeat the names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


def schema_of(event_class: type) -> Schema:
    """Return the JSON Schema of a class of events; its nested types are in `$defs`.

    A field is required if every event of version 1 has it, those of earlier releases included.
    """
    schema = adapter(event_class).json_schema(mode="serialization", schema_generator=_WithoutTitles)
    uri = schema_uri(contract_of(event_class).name)
    return {"$schema": DIALECT, "$id": uri, **schema}


def component_schemas(
    event_classes: Collection[type], *, reference: str
) -> tuple[dict[type, Schema], Schema]:
    """Return the schema of each class of events, and the schemas that these refer to, by name.

    `reference` is the form of a reference, such as `#/components/schemas/{model}`.
    """
    schemas, definitions = adapter(next(iter(event_classes))).json_schemas(
        [(event_class, "serialization", adapter(event_class)) for event_class in event_classes],
        ref_template=reference,
        schema_generator=_WithoutTitles,
    )
    found = {event_class: schemas[event_class, "serialization"] for event_class in event_classes}
    return found, definitions["$defs"]


def example_of(event_class: type) -> dict[str, Any]:
    """Return an example of an event, as JSON, from the examples of its fields."""
    schema = schema_of(event_class)
    example: dict[str, Any] = _example(schema, schema)
    return example


def _example(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Any:
    """Return an example of a part of a schema; raise KeyError for a field without examples."""
    match schema:
        case {"examples": [first, *_]}:
            return first
        case {"$ref": reference}:
            return _example(whole["$defs"][reference.rpartition("/")[2]], whole)
        case {"allOf": [first, *_]} | {"anyOf": [first, *_]}:
            return _example(first, whole)
        case {"properties": fields}:
            return {name: _example(field, whole) for name, field in fields.items()}
    return [_example(schema["items"], whole)]
