"""Tests of the OpenAPI document of every service."""

import importlib
from typing import Any

import pytest

from shared.http.document import Document, reachable, schemas, schemas_within

SERVICES = ("registry", "survey", "scoring", "gateway")
ON_REQUEST = {"total", "facets", "score"}
"""Fields that are sent only if the request asks for them."""
SENT_IF_CHANGED = {"CustomerChanges"}
"""Schemas whose fields are sent only if they have changed."""


@pytest.fixture(params=SERVICES)
def document(request: pytest.FixtureRequest) -> Document:
    """Return the document of a service."""
    service = importlib.import_module(f"services.{request.param}.__main__").SERVICE
    document: Document = service.create_app(service.settings()).openapi()
    return document


def operations(document: Document) -> list[Document]:
    """Return the operations below /v1; respondents' pages have other errors."""
    return [
        operation
        for path, methods in document["paths"].items()
        if path.startswith("/v1/")
        for operation in methods.values()
    ]


def resolved(document: Document, response: Document) -> Document:
    """Return the component that a response of an operation refers to."""
    name = response["$ref"].removeprefix("#/components/responses/")
    component: Document = document["components"]["responses"][name]
    return component


def references(part: Any) -> set[str]:
    """Return every `$ref` within a part of a document."""
    if isinstance(part, list):
        return set().union(*map(references, part))
    if not isinstance(part, dict):
        return set()
    own_reference = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
    return own_reference.union(*map(references, part.values()))


def component_references(document: Document) -> set[str]:
    """Return the `$ref` of every component of a document."""
    return {
        f"#/components/{kind}/{name}"
        for kind, components in document["components"].items()
        for name in components
    }


def test_every_operation_documents_401_422_and_503_as_problems(document: Document) -> None:
    for operation in operations(document):
        for status in ("401", "422", "503"):
            response = resolved(document, operation["responses"][status])
            ((kind, body),) = response["content"].items()
            assert kind == "application/problem+json", operation["operationId"]
            assert body["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert body["example"]["status"] == int(status)


def test_every_reference_names_a_component(document: Document) -> None:
    assert references(document) <= component_references(document)
    assert not {"HTTPValidationError", "ValidationError"} & set(document["components"]["schemas"])


def test_every_component_is_referred_to(document: Document) -> None:
    assert component_references(document) - references(document) == set()


def test_operation_ids_are_unique_python_names(document: Document) -> None:
    """Generated clients use the operation ids as names of functions."""
    names = [operation["operationId"] for operation in operations(document)]
    assert len(names) == len(set(names))
    assert all(name.isidentifier() and name.islower() for name in names)


def test_no_schema_name_contains_the_name_of_a_module(document: Document) -> None:
    """FastAPI adds module names if two classes have the same name."""
    assert [name for name in document["components"]["schemas"] if "__" in name] == []


def test_every_parameter_is_described(document: Document) -> None:
    undescribed = [
        f"{verb} {path} {parameter['name']}"
        for path, methods in document["paths"].items()
        for verb, operation in methods.items()
        for parameter in operation.get("parameters", ())
        if not parameter.get("description")
    ]
    assert undescribed == []


def test_the_key_of_every_schema_is_its_title_and_nested_schemas_have_none(
    document: Document,
) -> None:
    components = document["components"]["schemas"]
    assert {key: schema.get("title") for key, schema in components.items()} == {
        key: key for key in components
    }
    assert sum("title" in schema for schema in schemas(document)) == len(components)


def test_every_field_of_an_answer_is_required_unless_it_is_sent_only_sometimes(
    document: Document,
) -> None:
    answers = [operation["responses"] for operation in operations(document)]
    for name in reachable(document, answers):
        schema = document["components"]["schemas"].get(name, {})
        optional = schema.get("properties", {}).keys() - schema.get("required", ())
        assert optional <= ON_REQUEST or name in SENT_IF_CHANGED, (name, optional)


def test_a_parameter_is_never_null_and_if_match_is_required(document: Document) -> None:
    for operation in operations(document):
        for parameter in operation.get("parameters", ()):
            name = operation["operationId"], parameter["name"]
            assert {"type": "null"} not in parameter["schema"].get("anyOf", ()), name
            assert parameter["required"] or parameter["name"] != "if-match", name


def test_bounds_of_numbers_do_not_stand_in_schemas_of_texts(document: Document) -> None:
    bounds = {"ge", "gt", "le", "lt", "minimum", "maximum", "multipleOf"}
    texts = [schema for schema in schemas(document) if schema.get("type") == "string"]
    assert [text for text in texts if bounds & text.keys()] == []


def test_every_operation_has_a_sentence_as_summary_and_documents_unreadable_requests(
    document: Document,
) -> None:
    for operation in operations(document):
        name = operation["operationId"]
        assert operation["description"].startswith(operation["summary"][:20]), name
        assert "400" in operation["responses"], name
        assert ("415" in operation["responses"]) is ("requestBody" in operation), name


def test_bodies_of_requests_have_no_default_and_answers_may_get_further_fields(
    document: Document,
) -> None:
    """Generators of clients demand fields with a default, or send each of them."""
    bodies = [operation.get("requestBody") for operation in operations(document)]
    of_requests = reachable(document, bodies)
    for name, schema in document["components"]["schemas"].items():
        for part in schemas_within(schema):
            if name in of_requests:
                assert "default" not in part, name
            else:
                assert part.get("additionalProperties") is not False, name


def test_the_page_of_a_list_has_facets_exactly_if_its_caller_can_ask_for_them(
    document: Document,
) -> None:
    named = document["components"]["schemas"]
    for operation in operations(document):
        content = operation["responses"].get("200", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        name = schema.get("$ref", "").rpartition("/")[2]
        takes_facets = "facets" in {one["name"] for one in operation.get("parameters", ())}
        has_facets = "facets" in named.get(name, {}).get("properties", {})
        assert has_facets is takes_facets, operation["operationId"]
