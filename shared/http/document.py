"""The parts of an OpenAPI document: its operations, schemas and references to components."""

from collections.abc import Callable, Iterator
from typing import Any, Final

Document = dict[str, Any]

METHODS: Final = frozenset({"get", "put", "post", "delete", "patch", "head", "options", "trace"})
COMPONENTS: Final = "#/components/"
_ONE: Final = ("items", "additionalProperties", "propertyNames", "contentSchema", "not")
_LISTS: Final = ("anyOf", "oneOf", "allOf", "prefixItems")
_MAPS: Final = ("properties", "patternProperties")


def operations(document: Document) -> Iterator[Document]:
    """Yield every operation of a document."""
    for item in document.get("paths", {}).values():
        yield from (operation for method, operation in item.items() if method in METHODS)


def schemas(document: Document) -> Iterator[Document]:
    """Yield every schema of a document, those within other schemas too."""
    for schema in document["components"]["schemas"].values():
        yield from schemas_within(schema)
    for operation in operations(document):
        for part in _described_parts(operation):
            yield from schemas_within(part.get("schema"))


def _described_parts(operation: Document) -> Iterator[Document]:
    """Yield the parts of an operation that have a schema: parameters, bodies, headers."""
    yield from operation.get("parameters", ())
    for message in (operation.get("requestBody", {}), *operation["responses"].values()):
        yield from message.get("content", {}).values()
        yield from message.get("headers", {}).values()


def schemas_within(schema: Any) -> Iterator[Document]:
    """Yield a schema and every schema within it; nothing for `additionalProperties: false`."""
    if not isinstance(schema, dict):
        return
    yield schema
    parts = [schema.get(keyword) for keyword in _ONE]
    for keyword in _LISTS:
        parts += schema.get(keyword, ())
    for keyword in _MAPS:
        parts += schema.get(keyword, {}).values()
    for part in parts:
        yield from schemas_within(part)


def reachable(document: Document, node: Any) -> set[str]:
    """Return the names of the components to which a part of a document refers, also indirectly."""
    names: set[str] = set()
    found = set(references(node))
    while found:
        kind, name = found.pop().removeprefix(COMPONENTS).split("/")
        if name not in names:
            names.add(name)
            found |= set(references(document["components"].get(kind, {}).get(name)))
    return names


def references(node: Any) -> Iterator[str]:
    """Yield every reference to a component (`#/components/...`) in a part of a document."""
    if isinstance(node, str):
        if node.startswith(COMPONENTS):
            yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def with_references(node: Any, replaced: Callable[[str], str]) -> Any:
    """Return a copy of a part of a document in which every reference is replaced."""
    if isinstance(node, str):
        return replaced(node) if node.startswith(COMPONENTS) else node
    if isinstance(node, dict):
        return {key: with_references(value, replaced) for key, value in node.items()}
    if isinstance(node, list):
        return [with_references(value, replaced) for value in node]
    return node
