"""Tests of the OpenAPI document of every service."""

import importlib
from typing import Any

import pytest

SERVICES = ("registry", "survey", "scoring", "gateway")
Document = dict[str, Any]


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
