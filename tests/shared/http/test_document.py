"""Tests of the iteration over the parts of an OpenAPI document."""

from typing import Any

from shared.http.document import operations, references, schemas, with_references

ANSWER = {"content": {"application/json": {"schema": {"description": "body"}}}}
PATHS: dict[str, Any] = {
    "/v1/notes": {
        "parameters": [],
        "post": {
            "parameters": [{"name": "limit", "schema": {"description": "parameter"}}],
            "requestBody": {"content": {"text/csv": {"schema": {"description": "request"}}}},
            "responses": {
                "200": ANSWER | {"headers": {"ETag": {"schema": {"description": "header"}}}},
                "404": {"$ref": "#/components/responses/NotFound"},
            },
        },
        "delete": {"responses": {}},
    }
}
NESTED: dict[str, Any] = {
    "description": "object",
    "additionalProperties": False,
    "items": {"description": "items"},
    "propertyNames": {"description": "names"},
    "contentSchema": {"description": "content"},
    "not": {"description": "not"},
    "anyOf": [{"description": "any"}],
    "oneOf": [{"description": "one"}],
    "allOf": [{"description": "all"}],
    "prefixItems": [{"description": "prefix"}],
    "properties": {"items": {"description": "property", "examples": [{"description": "no"}]}},
    "patternProperties": {"^x": {"description": "pattern"}},
}


def test_the_operations_of_a_document_are_those_of_all_paths() -> None:
    item = PATHS["/v1/notes"]
    assert list(operations({"paths": PATHS})) == [item["post"], item["delete"]]
    assert list(operations({})) == []


def test_the_schemas_of_a_document_include_those_within_others() -> None:
    document = {"paths": PATHS, "components": {"schemas": {"Note": NESTED}}}
    assert [schema["description"] for schema in schemas(document)] == [
        *("object", "items", "names", "content", "not", "any", "one", "all", "prefix"),
        *("property", "pattern", "parameter", "request", "body", "header"),
    ]


def test_references_are_found_and_replaced_wherever_they_are() -> None:
    part = {"a": ["#/components/schemas/A", {"b": "#/components/b"}, 1], "c": "a", "d": None}
    assert list(references(part)) == ["#/components/schemas/A", "#/components/b"]
    assert with_references(part, str.upper) == {
        "a": ["#/COMPONENTS/SCHEMAS/A", {"b": "#/COMPONENTS/B"}, 1],
        "c": "a",
        "d": None,
    }
