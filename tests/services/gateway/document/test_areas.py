"""Tests of the committed files of areas, which are joined into one document per service."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.gateway.document import areas


def area(path: str, method: str = "get", **schemas: Any) -> dict[str, Any]:
    return {
        "tags": [{"name": path}],
        "paths": {path: {method: {"operationId": f"{method}{path}"}}},
        "components": {"schemas": schemas},
    }


def test_the_files_of_a_folder_are_read_as_the_document_of_the_service_it_is_named_after(
    tmp_path: Path,
) -> None:
    for service, name in (("survey", "design"), ("survey", "fieldwork"), ("registry", "sales")):
        file = tmp_path / service / f"{name}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(area(f"/v1/{name}")))
    documents = areas.load(tmp_path)
    assert {service: list(one["paths"]) for service, one in documents.items()} == {
        "registry": ["/v1/sales"],
        "survey": ["/v1/design", "/v1/fieldwork"],
    }


def test_joined_areas_have_every_tag_operation_and_component() -> None:
    text, number = {"type": "string"}, {"type": "integer"}
    whole = areas.join(
        [area("/v1/a", Code=text), area("/v1/a", "post", Code=text, Count=number), area("/v1/b")]
    )
    assert [tag["name"] for tag in whole["tags"]] == ["/v1/a", "/v1/a", "/v1/b"]
    assert {path: list(item) for path, item in whole["paths"].items()} == {
        "/v1/a": ["get", "post"],
        "/v1/b": ["get"],
    }
    assert whole["components"] == {"schemas": {"Code": text, "Count": number}}


def test_two_areas_cannot_define_one_component_differently() -> None:
    with pytest.raises(ValueError, match="Two areas define the component Code differently"):
        areas.join([area("/v1/a", Code={"type": "string"}), area("/v1/b", Code={})])
