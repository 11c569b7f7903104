"""Tests of the schemas of requests and of answers in the OpenAPI document."""

from typing import Any

import pytest

from shared.http.directions import describe_directions


def described(request: dict[str, Any], answer: dict[str, Any]) -> tuple[Any, Any]:
    """Return the schemas of a request and of its answer as the document shows them."""
    operation = {
        "requestBody": {"content": {"application/json": {"schema": reference("NoteCreate")}}},
        "responses": {"200": {"content": {"application/json": {"schema": reference("Note")}}}},
    }
    schemas = {"NoteCreate": request, "Note": answer}
    describe_directions(
        {"paths": {"/v1/notes": {"post": operation}}, "components": {"schemas": schemas}}
    )
    return schemas["NoteCreate"], schemas["Note"]


def reference(name: str) -> dict[str, Any]:
    """Return the reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize(
    ("default", "text"),
    [
        ("unknown", "unknown"),
        ("", '""'),
        (False, "false"),
        (0, "0"),
        ([], "[]"),
        (["茶"], '["茶"]'),
    ],
)
def test_the_default_of_a_field_of_a_request_is_the_last_sentence_of_its_description(
    default: Any, text: str
) -> None:
    field = {"description": "The kind.", "default": default}
    request, _ = described({"properties": {"kind": field, "bare": {"default": default}}}, {})
    assert request["properties"] == {
        "kind": {"description": f"The kind. Default: `{text}`."},
        "bare": {"description": f"Default: `{text}`."},
    }


def test_only_schemas_of_answers_allow_further_fields() -> None:
    closed = {"additionalProperties": False}
    request, answer = described(
        {**closed, "properties": {"a": dict(closed)}},
        {**closed, "properties": {"a": dict(closed), "b": {"additionalProperties": True}}},
    )
    assert request == {**closed, "properties": {"a": closed}}
    assert answer == {"properties": {"a": {}, "b": {"additionalProperties": True}}}


def test_a_schema_that_requests_and_answers_have_in_common_is_one_of_requests() -> None:
    schema = {"additionalProperties": False, "properties": {"part": {"default": 1}}}
    request = {"properties": {"note": reference("Note")}}
    assert described(request, schema)[1] == {
        "additionalProperties": False,
        "properties": {"part": {"description": "Default: `1`."}},
    }
