"""Tests of what documents say of operations beyond FastAPI."""

from typing import Any

import pytest

from shared.http.operation_details import describe_operation, statuses_of


def described(*parameters: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return an operation with these parameters and fields after its description."""
    operation = {"parameters": [*parameters], **fields}
    describe_operation(operation)
    return operation


def parameter(name: str, schema: dict[str, Any], location: str = "query") -> dict[str, Any]:
    """Return a parameter that can be left out."""
    return {"name": name, "in": location, "required": False, "schema": schema}


@pytest.mark.parametrize(
    ("description", "summary"),
    [
        ("Read one customer.", "Read one customer"),
        ("Read a score, as of 1.5\nor later. More.\n\nOther.", "Read a score, as of 1.5 or later"),
        ("No full stop", "Old"),
        ("", "Old"),
    ],
)
def test_the_summary_is_the_first_sentence_of_the_description(
    description: str, summary: str
) -> None:
    assert described(description=description, summary="Old")["summary"] == summary
    assert described(summary="Old")["summary"] == "Old"


@pytest.mark.parametrize(
    ("schema", "shown"),
    [
        ({"anyOf": [{"type": "string"}, {"type": "null"}], "x": 1}, {"type": "string", "x": 1}),
        ({"anyOf": [{"$ref": "#/a"}, {"type": "null"}]}, {"$ref": "#/a"}),
        (
            {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
            {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
        ),
        ({"type": "integer"}, {"type": "integer"}),
    ],
)
def test_a_parameter_that_can_be_left_out_is_not_null(schema: Any, shown: Any) -> None:
    assert described(parameter("limit", schema))["parameters"][0]["schema"] == shown


def test_the_description_of_a_parameter_is_not_repeated_in_its_schema() -> None:
    limit = {"schema": {"type": "integer", "description": "At most."}, "description": "At most."}
    schema = {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "Text."}
    text = {"schema": schema, "description": "Text."}
    only_in_schema = {"schema": {"type": "string", "description": "Text."}}
    shown = [{"name": "a"} | one for one in (limit, text, only_in_schema)]
    describe_operation({"parameters": shown})
    assert shown == [
        {"name": "a", "schema": {"type": "integer"}, "description": "At most."},
        {"name": "a", "schema": {"type": "string"}, "description": "Text."},
        {"name": "a"} | only_in_schema,
    ]


def test_an_operation_without_parameters_and_description_stays_as_it_is() -> None:
    operation = {"summary": "Old"}
    describe_operation(operation)
    assert operation == {"summary": "Old"}


def test_if_match_is_required_and_other_headers_are_not() -> None:
    names = ("if-match", "idempotency-key")
    shown = described(*(parameter(name, {"type": "string"}, "header") for name in names))
    assert [one["required"] for one in shown["parameters"]] == [True, False]


def test_the_errors_of_an_operation_depend_on_its_body_and_its_idempotency_key() -> None:
    key = parameter("Idempotency-Key", {})
    assert statuses_of({"parameters": [parameter("limit", {})]}) == {400}
    assert statuses_of({}) == {400}
    assert statuses_of({"parameters": [key], "requestBody": {}}) == {400, 409, 415}
