"""Tests of the examples with which the page /docs fills its forms."""

from typing import Any

from shared.http.parameter_examples import add_examples

CUSTOMER_ID = "0199a7c0-0000-7000-8000-000000000001"


def parameter(name: str, *, required: bool = True, **schema: Any) -> dict[str, Any]:
    """Return a parameter of an operation with this schema."""
    return {"name": name, "in": "path", "required": required, "schema": schema}


def examples(*parameters: dict[str, Any], answer: dict[str, Any]) -> list[Any]:
    """Return the examples that the parameters of a path get; `answer` is the example answer."""
    reference = {"schema": {"$ref": "#/components/schemas/Book"}}
    operation = {
        "parameters": list(parameters),
        "responses": {"200": {"content": {"application/json": reference}}},
    }
    add_examples(
        {
            "paths": {
                "/v1/books": {"get": {"responses": {}}},
                "/v1/books/{book_id}": {"get": operation},
            },
            "components": {"schemas": {"Book": {"examples": [answer]}}},
        }
    )
    return [one.get("example") for one in parameters]


def test_the_id_in_a_path_has_the_id_of_the_example_answer() -> None:
    assert examples(parameter("book_id", format="uuid"), answer={"id": "7"}) == ["7"]
    assert examples(parameter("book_id", format="uuid"), answer={}) == [CUSTOMER_ID]
    named = {"id": "7", "book_id": "8"}
    assert examples(parameter("book_id", format="uuid"), answer=named) == ["8"]


def test_a_required_parameter_has_the_example_of_its_schema_or_the_first_version() -> None:
    shown = examples(
        parameter("book_id", examples=["1", "2"]),
        parameter("version", type="integer"),
        parameter("other_id", format="uuid"),
        answer={"id": "7"},
    )
    assert shown == ["1", 1, CUSTOMER_ID]


def test_an_optional_parameter_has_no_example_because_the_page_would_send_it() -> None:
    optional = parameter("q", required=False, examples=["a"])
    version = parameter("if-match", required=False, examples=['"3"'])
    assert examples(optional, version, answer={}) == [None, '"3"']


def test_the_parts_of_a_form_except_its_file_have_the_values_of_its_example() -> None:
    parts: dict[str, Any] = {"file": {}, "options": {}, "note": {}}
    form = {"properties": parts, "examples": [{"file": "a,b", "options": {"system": "erp"}}]}
    body = {"content": {"multipart/form-data": {"schema": {"$ref": "#/components/schemas/Form"}}}}
    add_examples(
        {
            "paths": {"/v1/imports": {"post": {"requestBody": body, "responses": {}}}},
            "components": {"schemas": {"Form": form}},
        }
    )
    assert parts == {"file": {}, "options": {"examples": [{"system": "erp"}]}, "note": {}}
