"""Tests of the merge of the services' OpenAPI documents into one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.gateway.app import DOCUMENTS, create_app
from services.gateway.document import areas, openapi
from services.gateway.settings import Settings
from shared.errors import Problem
from shared.http.openapi import METHODS, SHARED_COMPONENTS
from shared.http.problems import problem_json

ITEM = {"$ref": "#/components/schemas/Body"}


def document(path: str, operation: str, **more: Any) -> dict[str, Any]:
    answer = {"description": "x", "content": {"application/json": {"schema": ITEM}}}
    return {
        "openapi": "3.1.0",
        "paths": {
            path: {
                "parameters": [],
                "get": {"operationId": operation, "tags": ["t"], "responses": {"200": answer}},
            }
        },
        "components": {"schemas": {"Body": {"type": "object", "title": operation}, **more}},
    }


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def component(merged: dict[str, Any], reference: str) -> Any:
    node: Any = merged
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]
    return node


def merged(**documents: dict[str, Any]) -> dict[str, Any]:
    return openapi.merge(documents, version="1")


@pytest.fixture
def released(tmp_path: Path) -> dict[str, Any]:
    own = create_app(Settings(data=tmp_path)).openapi()
    return {**areas.load(DOCUMENTS), "gateway": own}


def test_components_of_one_name_in_two_services_stay_different() -> None:
    whole = merged(registry=document("/v1/a", "a"), survey=document("/v1/b", "b"))
    for path, title in (("/v1/a", "a"), ("/v1/b", "b")):
        schema = whole["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
        assert component(whole, schema["schema"]["$ref"])["title"] == title


def test_operation_ids_that_two_services_use_get_the_prefix_of_their_service() -> None:
    whole = merged(
        registry=document("/v1/a", "read"),
        survey=document("/v1/b", "read"),
        scoring=document("/v1/c", "score"),
    )
    names = [item["get"]["operationId"] for item in whole["paths"].values()]
    assert names == ["registry_read", "survey_read", "score"]


def test_a_discriminators_mapping_is_renamed_too() -> None:
    mapping = {"discriminator": {"mapping": {"x": "#/components/schemas/Body"}}}
    whole = merged(registry=document("/v1/a", "a", Either=mapping))
    either = whole["components"]["schemas"]["RegistryEither"]
    assert either["discriminator"]["mapping"]["x"] == "#/components/schemas/RegistryBody"


def test_every_operation_but_respondents_pages_needs_a_key() -> None:
    whole = merged(survey=document("/s/{token}", "form"), registry=document("/v1/a", "a"))
    assert whole["security"] == [{"key": []}]
    assert whole["paths"]["/s/{token}"]["get"]["security"] == []
    assert "security" not in whole["paths"]["/v1/a"]["get"]


def test_errors_of_the_gateway_itself_are_documented() -> None:
    answers = merged(registry=document("/v1/a", "a"))["paths"]["/v1/a"]["get"]["responses"]
    assert {"200", "403", "413", "502", "504"} <= set(answers)


def test_components_that_every_service_shares_are_defined_once_without_a_prefix() -> None:
    error = {"$ref": "#/components/responses/NotFound"}
    registry, survey = document("/v1/a", "a"), document("/v1/b", "b")
    for path, described in (("/v1/a", registry), ("/v1/b", survey)):
        described["paths"][path]["get"]["responses"]["404"] = error
        described["components"]["responses"] = {"NotFound": {}, "Own": {}}
    whole = merged(registry=registry, survey=survey)
    assert whole["paths"]["/v1/a"]["get"]["responses"]["404"] == error
    assert whole["paths"]["/v1/b"]["get"]["responses"]["404"] == error
    names = set(whole["components"]["responses"])
    assert names >= {"RegistryOwn", "SurveyOwn", *SHARED_COMPONENTS["responses"]}
    assert not names & {"RegistryNotFound", "SurveyNotFound"}
    assert component(whole, error["$ref"])["description"] == "There is nothing here."


def test_the_schema_of_a_problem_has_the_fields_that_are_answered() -> None:
    described = merged()["components"]["schemas"]["Problem"]
    assert set(json.loads(problem_json(Problem()))) == set(described["properties"])


def test_each_noun_is_owned_by_the_service_that_documents_it() -> None:
    documents = {
        "registry": document("/v1/customers/{id}/history", "a"),
        "survey": document("/v1/surveys", "b"),
    }
    documents["survey"]["paths"]["/s/{token}"] = {}
    assert openapi.owners(documents) == {"customers": "registry", "surveys": "survey"}


def test_two_services_cannot_own_one_noun() -> None:
    documents = {"registry": document("/v1/a", "a"), "survey": document("/v1/a/b", "b")}
    with pytest.raises(ValueError, match="Both registry and survey claim /v1/a"):
        openapi.owners(documents)


def test_the_released_document_has_no_component_without_a_reference(
    released: dict[str, Any],
) -> None:
    whole = openapi.merge(released, version="1")
    parts = {
        kind: names for kind, names in whole["components"].items() if kind != "securitySchemes"
    }
    defined = {f"#/components/{kind}/{name}" for kind in parts for name in parts[kind]}
    assert defined - set(references(whole)) == set()


def test_every_reference_in_the_released_document_names_a_component(
    released: dict[str, Any],
) -> None:
    whole = openapi.merge(released, version="1")
    for reference in set(references(whole)):
        assert component(whole, reference) is not None
    names = [
        operation["operationId"]
        for item in whole["paths"].values()
        for method, operation in item.items()
        if method in METHODS
    ]
    assert len(names) == len(set(names))
    assert openapi.owners(released)["api-keys"] == "gateway"
