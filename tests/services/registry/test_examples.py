"""What the registry's own OpenAPI document shows works when it is pasted."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from services.registry.__main__ import SERVICE
from tests.services.harness import Running

Document = dict[str, Any]

NOUNS = ["products", "customers", "orders", "imports"]
VERBS = ["post", "put", "patch"]
OWN = {"id", "customer_id", "version", "registered_at", "changed_at", "recorded_at"}
"""Fields of an answer that differ from one time to the next."""


@dataclass(frozen=True)
class Operation:
    """Something that takes a body."""

    verb: str
    path: str
    described: Document

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands in a sensible order."""
        return NOUNS.index(self.path.split("/")[2]), VERBS.index(self.verb)

    @property
    def example(self) -> tuple[str, Any]:
        """The media type of its body, and the body that the document shows."""
        ((kind, content),) = self.described["requestBody"]["content"].items()
        (example,) = DOCUMENT["components"]["schemas"][named(content["schema"])]["examples"]
        return kind, example

    def parameters(self) -> dict[str, Any]:
        found = {one["name"]: one["schema"] for one in self.described.get("parameters", [])}
        return {
            name: schema["examples"][0] for name, schema in found.items() if "examples" in schema
        }


def made_document() -> Document:
    return SERVICE.create_app(SERVICE.settings()).openapi()


DOCUMENT: Document = made_document()


def named(schema: Document) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def operations() -> Iterator[tuple[str, str, Document]]:
    for path, methods in DOCUMENT["paths"].items():
        for verb, described in methods.items():
            yield verb, path, described


def with_bodies() -> list[Operation]:
    found = (Operation(*one) for one in operations() if "requestBody" in one[2])
    return sorted(found, key=lambda operation: operation.place)


def sent(client: httpx.Client, operation: Operation, made: dict[str, Any]) -> httpx.Response:
    kind, example = operation.example
    path = operation.path.format_map(operation.parameters() | {"customer_id": made.get("id")})
    matching = {"If-Match": made["etag"]} if operation.verb == "patch" else {}
    if kind == "application/json":
        return client.request(operation.verb, path, json=example, headers=matching)
    parts = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in example.items()
    }
    return client.request(operation.verb, path, data=parts, files={"file": parts.pop("file")})


def test_every_example_of_a_body_works_when_it_is_pasted(registry: Running) -> None:
    made: dict[str, Any] = {}
    worked = []
    for operation in with_bodies():
        answer = sent(registry.client, operation, made)
        assert answer.is_success, (operation.verb, operation.path, answer.text)
        worked.append((operation.verb, operation.path))
        if operation.path.startswith("/v1/customers"):
            made = {"id": answer.json()["id"], "etag": answer.headers["ETag"]}
    assert len(worked) == len(set(worked)) >= 8


@pytest.mark.parametrize("path", ["/v1/products", "/v1/customers", "/v1/orders"])
def test_the_answer_that_is_shown_is_that_to_the_body_that_is_shown(
    registry: Running, path: str
) -> None:
    answers = {}
    for operation in with_bodies():
        if operation.verb == "post":
            answers[operation.path] = sent(registry.client, operation, {}).json()
    schema = DOCUMENT["paths"][path]["post"]["responses"]["201"]["content"]["application/json"]
    (shown,) = DOCUMENT["components"]["schemas"][named(schema["schema"])]["examples"]
    told = {name: value for name, value in answers[path].items() if value is not None}
    assert shown.keys() == told.keys()
    same = shown.keys() - OWN
    assert {name: shown[name] for name in same} == {name: told[name] for name in same}


def test_the_rules_between_facets_are_said_where_they_are_read() -> None:
    for name in ("NewCustomer", "CustomerPatch"):
        fields = DOCUMENT["components"]["schemas"][name]["properties"]
        for field, term in (
            ("kind", "household"),
            ("nature", "性质"),
            ("ownership", "所有制"),
            ("retail_format", "业态"),
            ("owner", "rows: own"),
            ("team", "rows: team"),
        ):
            assert term in fields[field]["description"], (name, field)
