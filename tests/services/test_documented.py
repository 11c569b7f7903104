"""Tests of the comparison of an answer with its schema."""

from typing import Any

import pytest

from tests.services.documented import undocumented_fields

NOTE = {"properties": {"id": {}, "by": {"anyOf": [{"properties": {"name": {}}}, {"type": "null"}]}}}
DOCUMENT = {"components": {"schemas": {"Note": NOTE}}}
PAGE = {
    "properties": {
        "items": {"items": {"$ref": "#/components/schemas/Note"}},
        "params": {"type": "object"},
        "counts": {"additionalProperties": {"properties": {"value": {}}}},
    }
}


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"items": [{"id": 1, "by": None}, {"id": 2, "by": {"name": "a"}}]}, []),
        ({"params": {"max": 1}, "counts": {"a": {"value": 1}}}, []),
        ({"items": [{"id": 1}, {"id": 2, "by": {"age": 3}}]}, ["/items/1/by/age"]),
        ({"counts": {"a": {"other": 1}}, "next": None}, ["/counts/a/other", "/next"]),
    ],
)
def test_a_field_that_the_schema_does_not_name_is_found(answer: Any, found: list[str]) -> None:
    assert list(undocumented_fields(answer, PAGE, DOCUMENT)) == found
