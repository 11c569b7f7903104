"""Tests of the examples in OpenAPI documents."""

from typing import Any

import pytest

from shared.http.examples import complete_examples

LINE: dict[str, Any] = {
    "type": "object",
    "properties": {"code": {}, "missing": {"default": False}, "hint": {}, "note": {}},
    "required": ["code", "missing", "hint"],
}
REFERENCE = {"$ref": "#/components/schemas/Line"}
COMPLETE = {"code": 1, "missing": False, "hint": None}


def completed(schema: dict[str, Any], example: Any) -> Any:
    """Return the example of a field with this schema, as the completed document has it."""
    note: dict[str, Any] = {"properties": {"field": schema}, "examples": [{"field": example}]}
    document = {"components": {"schemas": {"Note": note, "Line": LINE, "Text": {}}}}
    complete_examples(document)
    (only,) = note["examples"]
    return only["field"]


@pytest.mark.parametrize(
    "schema",
    [
        LINE,
        REFERENCE,
        {"anyOf": [{"type": "null"}, REFERENCE]},
        {"oneOf": [REFERENCE, {"type": "string"}]},
        {
            "oneOf": [{"$ref": "#/components/schemas/Text"}, REFERENCE],
            "discriminator": {"propertyName": "code", "mapping": {1: REFERENCE["$ref"]}},
        },
    ],
)
def test_an_example_has_every_required_field_with_its_default_or_null(schema: Any) -> None:
    assert completed(schema, {"code": 1}) == COMPLETE
    assert completed(schema, {"code": 1, "missing": True, "hint": 2, "note": 3}) == {
        "code": 1,
        "missing": True,
        "hint": 2,
        "note": 3,
    }


def test_every_item_of_a_list_in_an_example_is_completed() -> None:
    assert completed({"type": "array", "items": REFERENCE}, [{"code": 1}]) == [COMPLETE]
    assert completed({"type": "array"}, [1]) == [1]


@pytest.mark.parametrize("value", [None, "text", 1, {"any": {"thing": 1}}])
def test_other_values_of_an_example_stay_as_they_are(value: Any) -> None:
    assert completed({"type": "object"}, value) == value
