"""One OpenAPI document out of the services' own, and which service owns which noun.

Built from the committed files, never by fetching: what the gateway routes is what was released.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from services.gateway.proxy.problems import BadGateway, GatewayTimeout
from shared.errors import Forbidden, TooLarge
from shared.http.openapi import FAULT, PROBLEM

Document = dict[str, Any]

METHODS: Final = frozenset({"get", "put", "post", "delete", "patch", "head", "options", "trace"})
_REFERENCE: Final = "#/components/"
_DESCRIPTION: Final = """Customer records, surveys and explained scores.

Send your key as `Authorization: Bearer <key>`. Every error is a `application/problem+json`; decide
by its `code`, quote its `request_id`. Lists are read page by page with `cursor`, and turned
round with `sort`; ids rise in the order in which things are recorded, and what is recorded while
you read a list may be missing from it: events tell of everything. A POST with an
`Idempotency-Key` has one effect however often it is sent. The events are told at /asyncapi.json.
"""
_SERVERS: Final = [{"url": "/", "description": "This deployment."}]
_KEY: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key: Authorization: Bearer <key>.",
}
_SHARED: Final = {"Fault": FAULT, "Problem": PROBLEM}
"""Components that all services mean alike, defined here once."""
_GATEWAY_ERRORS: Final = {
    str(kind.status): kind.title for kind in (Forbidden, TooLarge, BadGateway, GatewayTimeout)
}


def load(folder: Path) -> dict[str, Document]:
    """Read the committed document of each service, by service."""
    return {file.stem: orjson.loads(file.read_bytes()) for file in sorted(folder.glob("*.json"))}


def owners(documents: Mapping[str, Document]) -> dict[str, str]:
    """Tell whose each noun (first segment after /v1) is; ValueError if two services claim it."""
    found: dict[str, str] = {}
    for service, document in documents.items():
        for noun in _nouns(document):
            owner = found.setdefault(noun, service)
            if owner != service:
                raise ValueError(f"Both {owner} and {service} claim /v1/{noun}.")
    return found


def merge(documents: Mapping[str, Document], *, version: str) -> Document:
    """Make one document; components get their service's name in front, so that none collide."""
    taken = _taken_twice(documents)
    merged: Document = {
        "openapi": "3.1.0",
        "info": {"title": "Patron", "version": version, "description": _DESCRIPTION},
        "servers": _SERVERS,
        "security": [{"key": []}],
        "tags": list(_tags(documents)),
        "paths": {},
        "components": {
            "securitySchemes": {"key": _KEY},
            "schemas": dict(_SHARED),
            "responses": _gateway_responses(),
        },
    }
    for service, document in documents.items():
        own = _prefixed(document, service.capitalize())
        for path, item in own.get("paths", {}).items():
            merged["paths"][path] = _path(path, item, service, taken)
        _add_components(merged["components"], own.get("components", {}), service.capitalize())
    return merged


def _nouns(document: Document) -> Iterator[str]:
    for path in document.get("paths", {}):
        steps = path.split("/")
        if steps[:2] == ["", "v1"] and len(steps) > 2:  # noqa: PLR2004  "", "v1", noun
            yield steps[2]


def _operations(document: Document) -> Iterator[Document]:
    for item in document.get("paths", {}).values():
        yield from (operation for method, operation in item.items() if method in METHODS)


def _taken_twice(documents: Mapping[str, Document]) -> set[str]:
    ids = Counter(
        operation["operationId"]
        for document in documents.values()
        for operation in _operations(document)
    )
    return {name for name, times in ids.items() if times > 1}


def _tags(documents: Mapping[str, Document]) -> Iterator[dict[str, str]]:
    seen: set[str] = set()
    for document in documents.values():
        about = {tag["name"]: tag for tag in document.get("tags", ())}
        for operation in _operations(document):
            for tag in operation.get("tags", []):
                if tag not in seen:
                    seen.add(tag)
                    yield about.get(tag, {"name": tag})


def _path(path: str, item: Document, service: str, taken: set[str]) -> Document:
    open_to_all = not path.startswith("/v1/")
    return {
        key: _operation(value, service, taken, open_to_all=open_to_all) if key in METHODS else value
        for key, value in item.items()
    }


def _operation(
    operation: Document, service: str, taken: set[str], *, open_to_all: bool
) -> Document:
    name = operation["operationId"]
    changed = operation | {
        "operationId": f"{service}_{name}" if name in taken else name,
        "responses": {
            status: {"$ref": f"{_REFERENCE}responses/Gateway{status}"} for status in _GATEWAY_ERRORS
        }
        | operation.get("responses", {}),
    }
    return changed | {"security": []} if open_to_all else changed


def _gateway_responses() -> Document:
    content = {"application/problem+json": {"schema": {"$ref": f"{_REFERENCE}schemas/Problem"}}}
    return {
        f"Gateway{status}": {"description": text, "content": content}
        for status, text in _GATEWAY_ERRORS.items()
    }


def _add_components(merged: Document, own: Document, prefix: str) -> None:
    for kind, items in own.items():
        if kind != "securitySchemes":
            named = {
                prefix + name: value
                for name, value in items.items()
                if kind != "schemas" or name not in _SHARED
            }
            merged.setdefault(kind, {}).update(named)


def _prefixed(node: Any, prefix: str) -> Any:
    """Copy a document with every reference to a component made to its prefixed name."""
    if isinstance(node, dict):
        return {
            key: _renamed(value, prefix)
            if isinstance(value, str) and value.startswith(_REFERENCE)
            else _prefixed(value, prefix)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_prefixed(value, prefix) for value in node]
    return node


def _renamed(reference: str, prefix: str) -> str:
    kind, _, name = reference.removeprefix(_REFERENCE).partition("/")
    if kind == "schemas" and name in _SHARED:
        return reference
    return f"{_REFERENCE}{kind}/{prefix}{name}"
