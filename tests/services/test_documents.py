"""What the OpenAPI document of every service has to say."""

import importlib
from typing import Any

import pytest

SERVICES = ("registry", "survey", "scoring", "gateway")
Document = dict[str, Any]


@pytest.fixture(params=SERVICES)
def document(request: pytest.FixtureRequest) -> Document:
    """Give the document of a service."""
    service = importlib.import_module(f"services.{request.param}.__main__").SERVICE
    found: Document = service.create_app(service.settings()).openapi()
    return found


def operations(document: Document) -> list[Document]:
    """List what programs call; pages for people answer in their own way."""
    return [
        operation
        for path, methods in document["paths"].items()
        if path.startswith("/v1/")
        for operation in methods.values()
    ]


def references(part: Any) -> set[str]:
    """Find every place that the document points to."""
    if isinstance(part, list):
        return set().union(*map(references, part))
    if not isinstance(part, dict):
        return set()
    own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
    return own.union(*map(references, part.values()))


def test_errors_are_documented_as_they_are_answered(document: Document) -> None:
    for operation in operations(document):
        for status in ("401", "422", "503"):
            (content,) = operation["responses"][status]["content"].items()
            kind, body = content
            assert kind == "application/problem+json", operation["operationId"]
            assert body["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert body["example"]["status"] == int(status)


def test_every_reference_leads_somewhere(document: Document) -> None:
    schemas = document["components"]["schemas"]
    assert {ref.removeprefix("#/components/schemas/") for ref in references(document)} <= set(
        schemas
    )
    assert not {"HTTPValidationError", "ValidationError"} & set(schemas)


def test_every_component_is_referred_to(document: Document) -> None:
    parts = document["components"]
    kept = {f"#/components/{kind}/{name}" for kind in parts for name in parts[kind]}
    assert kept - references(document) == set()


def test_operations_are_named_after_their_verbs(document: Document) -> None:
    """Stable and unique: a client generated today has the same names tomorrow."""
    names = [operation["operationId"] for operation in operations(document)]
    assert len(names) == len(set(names))
    assert all(name.isidentifier() and name.islower() for name in names)


def test_no_name_of_a_module_leaks_into_a_name_of_the_document(document: Document) -> None:
    """Two classes of one name would be told apart by where they live."""
    assert [name for name in document["components"]["schemas"] if "__" in name] == []


def test_every_parameter_is_described(document: Document) -> None:
    bare = [
        f"{verb} {path} {parameter['name']}"
        for path, methods in document["paths"].items()
        for verb, operation in methods.items()
        for parameter in operation.get("parameters", ())
        if not parameter.get("description")
    ]
    assert bare == []
