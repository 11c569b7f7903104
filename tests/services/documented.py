"""A check of each successful answer in the tests against the OpenAPI document of the service."""

import re
from collections.abc import Iterator
from typing import Any

import httpx

from shared.http.document import Document
from shared.http.paths import path_to_match

_MAY_BE_ABSENT = {"Link", "Idempotent-Replayed"}
_ALWAYS_DOCUMENTED = ("Content-Disposition", "ETag", "Link", "Location", "X-Request-Id")


class Documented:
    """A hook of httpx that checks that status, headers and fields of an answer are documented."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._paths = [
            (re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path)), item)
            for path, item in sorted(document["paths"].items(), key=lambda pair: "{" in pair[0])
        ]

    def __call__(self, response: httpx.Response) -> None:
        """Fail if status, headers or fields of a successful answer are not as documented."""
        if not response.is_success:
            return
        request = response.request
        requested = path_to_match(request.url.raw_path.split(b"?")[0])
        methods = next(item for path, item in self._paths if path.fullmatch(requested))
        described = methods[request.method.lower()]["responses"].get(str(response.status_code))
        assert described, f"{request.method} {request.url.path}: {response.status_code}"
        documented = set(described.get("headers", ()))
        sent = {name for name in _ALWAYS_DOCUMENTED if name in response.headers}
        assert sent <= documented <= sent | _MAY_BE_ABSENT, (
            f"{request.url.path}: {sent} {documented}"
        )
        if content := described.get("content", {}).get("application/json"):
            response.read()
            fields = undocumented_fields(response.json(), content["schema"], self._document)
            assert list(fields) == [], request.url.path


def undocumented_fields(value: Any, schema: Document, document: Document) -> Iterator[str]:
    """Yield the pointer of each field of a JSON value that its schema does not name.

    The schemas of answers allow any field, because clients must ignore what they do not know.
    """
    schema = _component(schema, document)
    unions = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if members := [member for member in unions if member != {"type": "null"}]:
        found = [list(undocumented_fields(value, member, document)) for member in members]
        yield from min(found, key=len)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            for pointer in undocumented_fields(item, schema.get("items", {}), document):
                yield f"/{number}{pointer}"
    elif isinstance(value, dict):
        yield from _of_object(value, schema, document)


def _of_object(value: Document, schema: Document, document: Document) -> Iterator[str]:
    """Yield the pointers of the undocumented fields of an object."""
    others = schema.get("additionalProperties", "properties" not in schema)
    for name, field in value.items():
        described = schema.get("properties", {}).get(name, others)
        if described is False:
            yield f"/{name}"
        elif described is not True:
            for pointer in undocumented_fields(field, described, document):
                yield f"/{name}{pointer}"


def _component(schema: Document, document: Document) -> Document:
    """Return the schema to which a schema refers, or the schema itself."""
    if "$ref" not in schema:
        return schema
    component: Document = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return component
