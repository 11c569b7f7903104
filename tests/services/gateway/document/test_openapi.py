"""Tests of the merge of the services' OpenAPI documents into one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.gateway.app import DOCUMENTS, create_app
from services.gateway.document import openapi, service_documents
from services.gateway.settings import Settings
from shared.errors import NotFound, Problem
from shared.http.document import METHODS
from shared.http.openapi import SHARED_COMPONENTS
from shared.http.problems import problem_json

BODY = {"$ref": "#/components/schemas/Body"}


def document(path: str, operation_id: str, *, title: str = "Body") -> dict[str, Any]:
    """Return the document of a service with one operation and the schema Body."""
    answer = {"description": "x", "content": {"application/json": {"schema": BODY}}}
    return {
        "openapi": "3.1.0",
        "paths": {
            path: {
                "parameters": [],
                "get": {"operationId": operation_id, "tags": ["t"], "responses": {"200": answer}},
            }
        },
        "components": {"schemas": {"Body": {"type": "object", "title": title}}},
    }


def references(node: Any) -> Iterator[str]:
    """Yield every `$ref` in a part of a document."""
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def component(merged: dict[str, Any], reference: str) -> Any:
    """Return the part of the merged document that a reference names."""
    node: Any = merged
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]
    return node


def merged(**documents: dict[str, Any]) -> dict[str, Any]:
    """Return the document that is merged from the documents of these services."""
    return openapi.merge(documents, version="1")


@pytest.fixture
def released_documents(tmp_path: Path) -> dict[str, Any]:
    """Return the committed documents of the services, and the gateway's own document."""
    own_document = create_app(Settings(data=tmp_path)).openapi()
    return {**service_documents.load(DOCUMENTS), "gateway": own_document}


def test_two_services_cannot_have_different_components_with_the_same_name() -> None:
    with pytest.raises(ValueError, match="The component Body is defined twice"):
        merged(registry=document("/v1/a", "a"), survey=document("/v1/b", "b", title="Other"))


def test_two_services_cannot_have_the_same_operation_id() -> None:
    with pytest.raises(ValueError, match="Several operations have the id read: rename"):
        merged(
            registry=document("/v1/a", "read"),
            survey=document("/v1/b", "read"),
            scoring=document("/v1/c", "score"),
        )


def test_every_operation_needs_a_key_except_those_of_respondents_pages() -> None:
    whole = merged(survey=document("/s/{token}", "form"), registry=document("/v1/a", "a"))
    assert whole["security"] == [{"key": []}]
    assert whole["paths"]["/s/{token}"]["get"]["security"] == []
    assert "security" not in whole["paths"]["/v1/a"]["get"]


def test_errors_of_the_gateway_itself_are_documented() -> None:
    answers = merged(registry=document("/v1/a", "a"))["paths"]["/v1/a"]["get"]["responses"]
    assert {"200", "403", "408", "413", "431", "500", "502", "504"} <= set(answers)


def test_the_limits_of_uploads_are_documented_on_uploads_only() -> None:
    described = document("/v1/imports", "list_imports")
    described["paths"]["/v1/imports"]["post"] = {
        "operationId": "import_file",
        "tags": ["t"],
        "requestBody": {"content": {"multipart/form-data": {}}},
        "responses": {"202": {"description": "x", "headers": {"Location": {}}}, "422": {}},
    }
    paths = merged(registry=described)["paths"]["/v1/imports"]
    upload, listing = paths["post"]["responses"], paths["get"]["responses"]
    assert set(upload["202"]["headers"]) == {"Location", "RateLimit", "RateLimit-Policy"}
    assert upload["429"] == {"$ref": "#/components/responses/QuotaReached"}
    assert "headers" not in upload["422"]
    assert "headers" not in listing["200"]
    assert "429" not in listing


def test_files_are_uploaded_by_the_two_imports_only(released_documents: dict[str, Any]) -> None:
    assert openapi.uploads_by_path(released_documents.values()) == {
        "/v1/imports": ["POST"],
        "/v1/surveys/{survey_id}/imports": ["POST"],
    }


def test_components_that_every_service_shares_are_defined_once() -> None:
    error = {"$ref": "#/components/responses/NotFound"}
    registry, survey = document("/v1/a", "a"), document("/v1/b", "b")
    shared_response = SHARED_COMPONENTS["responses"]["NotFound"]
    for path, described in (("/v1/a", registry), ("/v1/b", survey)):
        described["paths"][path]["get"]["responses"]["404"] = error
        described["components"]["responses"] = {"NotFound": shared_response}
    whole = merged(registry=registry, survey=survey)
    assert whole["paths"]["/v1/a"]["get"]["responses"]["404"] == error
    assert whole["paths"]["/v1/b"]["get"]["responses"]["404"] == error
    assert component(whole, error["$ref"])["description"] == NotFound.title.en


def test_the_documented_schema_of_a_problem_has_the_fields_of_an_actual_problem() -> None:
    described = merged()["components"]["schemas"]["Problem"]
    assert set(json.loads(problem_json(Problem()))) == set(described["properties"])


def test_a_path_belongs_to_the_service_that_documents_its_first_segment_after_v1() -> None:
    documents = {
        "registry": document("/v1/customers/{id}/history", "a"),
        "survey": document("/v1/surveys", "b"),
    }
    documents["survey"]["paths"]["/s/{token}"] = {}
    assert openapi.owners(documents) == {"customers": "registry", "surveys": "survey"}


def test_two_services_cannot_have_paths_with_the_same_first_segment() -> None:
    documents = {"registry": document("/v1/a", "a"), "survey": document("/v1/a/b", "b")}
    with pytest.raises(ValueError, match="Both registry and survey claim /v1/a"):
        openapi.owners(documents)


def test_every_component_in_the_merged_document_is_referred_to(
    released_documents: dict[str, Any],
) -> None:
    whole = openapi.merge(released_documents, version="1")
    parts = {
        kind: names for kind, names in whole["components"].items() if kind != "securitySchemes"
    }
    defined = {f"#/components/{kind}/{name}" for kind in parts for name in parts[kind]}
    assert defined - set(references(whole)) == set()


def test_every_reference_in_the_merged_document_names_a_component(
    released_documents: dict[str, Any],
) -> None:
    whole = openapi.merge(released_documents, version="1")
    for reference in set(references(whole)):
        assert component(whole, reference) is not None
    names = [
        operation["operationId"]
        for item in whole["paths"].values()
        for method, operation in item.items()
        if method in METHODS
    ]
    assert len(names) == len(set(names))
    assert openapi.owners(released_documents)["api-keys"] == "gateway"
