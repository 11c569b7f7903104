"""What the gateway's own OpenAPI document shows works when it is pasted."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.gateway.app import create_app
from tests.services.gateway.conftest import Gateway

Document = dict[str, Any]


@pytest.fixture
def document(gateway: Gateway) -> Document:
    return create_app(gateway.settings).openapi()


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def example_of(document: Document, content: Document) -> Document:
    name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
    (example,) = document["components"]["schemas"][name]["examples"]
    found: Document = example
    return found


def test_every_example_of_a_body_works_when_it_is_pasted(
    gateway: Gateway, document: Document
) -> None:
    taking = {name: each for name, each in operations(document) if "requestBody" in each}
    assert list(taking) == ["POST /v1/api-keys"]
    (described,) = taking.values()
    body = example_of(document, described["requestBody"]["content"])
    made = gateway.client.post("/v1/api-keys", json=body)
    assert made.status_code == 201, made.text
    shown = example_of(document, described["responses"]["201"]["content"])
    told = {name: value for name, value in made.json().items() if value is not None}
    assert shown.keys() == told.keys()
    assert {name: told[name] for name in body} == body == {name: shown[name] for name in body}
