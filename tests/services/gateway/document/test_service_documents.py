"""Tests of the committed OpenAPI files of areas, which are joined into one for each service."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.gateway.document import service_documents


def area(path: str, method: str = "get", **schemas: Any) -> dict[str, Any]:
    """Return the document of an area with one operation and these schemas."""
    return {
        "tags": [{"name": path}],
        "paths": {path: {method: {"operationId": f"{method}{path}"}}},
        "components": {"schemas": schemas},
    }


def test_all_files_in_the_folder_of_a_service_are_joined_into_its_document(
    tmp_path: Path,
) -> None:
    for service, name in (("survey", "design"), ("survey", "fieldwork"), ("registry", "sales")):
        file = tmp_path / service / f"{name}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(area(f"/v1/{name}")))
    documents = service_documents.load(tmp_path)
    assert {service: list(document["paths"]) for service, document in documents.items()} == {
        "registry": ["/v1/sales"],
        "survey": ["/v1/design", "/v1/fieldwork"],
    }


def test_joined_areas_have_every_tag_operation_and_component() -> None:
    text, number = {"type": "string"}, {"type": "integer"}
    whole = service_documents.join(
        [area("/v1/a", Code=text), area("/v1/a", "post", Code=text, Count=number), area("/v1/b")]
    )
    assert [tag["name"] for tag in whole["tags"]] == ["/v1/a", "/v1/a", "/v1/b"]
    assert {path: list(item) for path, item in whole["paths"].items()} == {
        "/v1/a": ["get", "post"],
        "/v1/b": ["get"],
    }
    assert whole["components"] == {"schemas": {"Code": text, "Count": number}}


def test_two_areas_cannot_define_different_components_with_the_same_name() -> None:
    with pytest.raises(ValueError, match="The component Code is defined twice, and differently"):
        service_documents.join([area("/v1/a", Code={"type": "string"}), area("/v1/b", Code={})])
