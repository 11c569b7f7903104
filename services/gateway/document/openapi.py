"""The OpenAPI document of the whole API, merged from one document for each service.

The document is built from the committed files (`document/service_documents.py`) and not fetched
from running services, so that the gateway forwards exactly the paths that were released with it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from services.gateway.document.service_documents import add_components
from services.gateway.proxy.problems import (
    BadGateway,
    GatewayTimeout,
    HeadersTooLarge,
    QuotaReached,
    TooSlow,
)
from shared.errors import Forbidden, Problem, TooLarge
from shared.http.answers import error_response
from shared.http.document import COMPONENTS, METHODS, Document, operations
from shared.http.openapi import SHARED_COMPONENTS
from shared.http.paths import UNDOCUMENTED_PATHS

_DESCRIPTION: Final = """Customer records, surveys and explained scores.

Send your key as `Authorization: Bearer <key>`. Every error is an `application/problem+json`; decide
by its `code`, quote its `request_id`. A POST with an `Idempotency-Key` has one effect however often
it is sent. /asyncapi.json describes the events.

Within v1 answers may get further fields, and there may be further codes of problems and faults:
ignore fields that you do not know, and show the `detail` of a problem whose code you do not know.

Lists are read page by page with `cursor`, in one of the orders of `sort`. `ids` reads up to 100
items at once, `fields` shows only the fields that you need, `count=true` adds the number of all
items, and `facets` the number of items for each value of a field. Ids rise in the order in which
resources are recorded, and what is recorded while you read a list may be missing from it: the
events contain everything.

Texts that you send are stored, and come back, in Unicode NFC, without format characters (such as a
zero width space) and outer blanks: a text can differ from what you sent, so show the answer.

Amounts, prices, quantities and points are exact decimals in strings. All answers and events write
them in one way: no exponent and no zeros at the end (`"12.5"` also if `"12.50"` was sent). Round
them, and add the digits and the sign of their currency, only to show them.
"""
_RIGHTS: Final = {
    "contact": {"name": "The team that runs this installation of Patron"},
    "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
}
_SERVERS: Final = [{"url": "/", "description": "This deployment."}]
_KEY: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key, sent as `Authorization: Bearer patron_...`.",
}
_UPLOAD_HEADERS: Final[Document] = {
    "RateLimit-Policy": {
        "description": "The limits of uploads (draft-ietf-httpapi-ratelimit-headers-10): bytes of "
        "files in an hour, and files at once.",
        "schema": {"type": "string"},
        "example": '"upload-bytes";q=21474836480;qu="content-bytes";w=3600, '
        '"uploads-at-once";q=8;qu="concurrent-requests"',
    },
    "RateLimit": {
        "description": "What is left of these limits (`r`), and the seconds until the hour ends "
        "(`t`). `GET /v1/me` answers the same.",
        "schema": {"type": "string"},
        "example": '"upload-bytes";r=21470642176;t=2530, "uploads-at-once";r=8',
    },
}
"""The headers of every answer to an upload."""
_RETRY_AFTER: Final[Document] = {
    "description": "Seconds after which the request may be sent again.",
    "schema": {"type": "integer"},
    "example": 2530,
}
_GATEWAY_ERRORS: Final = {
    str(kind.status): kind
    for kind in (
        Forbidden,
        TooSlow,
        TooLarge,
        HeadersTooLarge,
        Problem,
        BadGateway,
        GatewayTimeout,
    )
}
"""The errors with which the gateway may answer any operation."""


def owners(documents: Mapping[str, Document]) -> dict[str, str]:
    """Return the name of the service that owns each collection (the path segment after /v1).

    Raises ValueError if two services claim the same noun.
    """
    owner_of: dict[str, str] = {}
    for service, document in documents.items():
        for collection in _collections(document):
            owner = owner_of.setdefault(collection, service)
            if owner != service:
                raise ValueError(f"Both {owner} and {service} claim /v1/{collection}.")
    return owner_of


def merge(documents: Mapping[str, Document], *, version: str) -> Document:
    """Merge the documents of all services, by name, into one.

    Names of components and operation ids are unique in the whole API, so that the document of a
    further service changes no name in generated clients. Raises ValueError if two services have the
    same operation id, or different components with the same name.
    """
    _refuse_repeated_operation_ids(documents)
    merged: Document = {
        "openapi": "3.1.0",
        "info": {"title": "Patron", "version": version, "description": _DESCRIPTION, **_RIGHTS},
        "servers": _SERVERS,
        "security": [{"key": []}],
        "tags": list(_tags(documents)),
        "paths": {},
        "components": {
            "securitySchemes": {"key": _KEY},
            "headers": dict(SHARED_COMPONENTS["headers"]),
            "schemas": dict(SHARED_COMPONENTS["schemas"]),
            "responses": SHARED_COMPONENTS["responses"] | _gateway_responses(),
        },
    }
    for document in documents.values():
        for path, item in document.get("paths", {}).items():
            merged["paths"][path] = _path(path, item)
        add_components(merged["components"], document.get("components", {}))
    return merged


def methods_by_path(documents: Iterable[Document]) -> dict[str, list[str]]:
    """Return the methods of each path of the services, undocumented paths too."""
    methods: dict[str, list[str]] = {}
    for document in documents:
        for path, item in document["paths"].items():
            methods[path] = [method.upper() for method in item if method in METHODS]
        methods |= document.get(UNDOCUMENTED_PATHS, {})
    return methods


def uploads_by_path(documents: Iterable[Document]) -> dict[str, list[str]]:
    """Return the methods with which files are uploaded, for each path that has such a method."""
    methods = {
        path: [key.upper() for key, value in item.items() if key in METHODS and _takes_file(value)]
        for document in documents
        for path, item in document["paths"].items()
    }
    return {path: uploads for path, uploads in methods.items() if uploads}


def _collections(document: Document) -> Iterator[str]:
    """Yield the path segment after /v1 of every path of a document."""
    for path in document.get("paths", {}):
        steps = path.split("/")
        if steps[:2] == ["", "v1"] and len(steps) > 2:  # noqa: PLR2004  "", "v1", collection
            yield steps[2]


def _refuse_repeated_operation_ids(documents: Mapping[str, Document]) -> None:
    """Raise ValueError if two operations have the same id."""
    ids = Counter(
        operation["operationId"]
        for document in documents.values()
        for operation in operations(document)
    )
    if repeated := sorted(operation_id for operation_id, count in ids.items() if count > 1):
        raise ValueError(f"Several operations have the id {repeated[0]}: rename one of the routes.")


def _tags(documents: Mapping[str, Document]) -> Iterator[dict[str, str]]:
    """Yield each tag that an operation has, once, with its description if a document has it."""
    seen: set[str] = set()
    for document in documents.values():
        described = {tag["name"]: tag for tag in document.get("tags", ())}
        for operation in operations(document):
            for tag in operation.get("tags", []):
                if tag not in seen:
                    seen.add(tag)
                    yield described.get(tag, {"name": tag})


def _path(path: str, item: Document) -> Document:
    """Return a path item of the merged document; paths outside /v1 need no API key."""
    is_public = not path.startswith("/v1/")
    return {
        key: _operation(value, is_public=is_public) if key in METHODS else value
        for key, value in item.items()
    }


def _operation(operation: Document, *, is_public: bool) -> Document:
    """Return an operation with the errors and headers that the gateway adds."""
    gateway_errors = {
        status: {"$ref": f"{COMPONENTS}responses/Gateway{status}"} for status in _GATEWAY_ERRORS
    }
    responses = gateway_errors | operation.get("responses", {})
    if _takes_file(operation):
        responses = _with_rate_limit(responses)
    merged = operation | {"responses": responses}
    return merged | {"security": []} if is_public else merged


def _takes_file(operation: Document) -> bool:
    """Return whether the body of an operation is a form with a file."""
    return "multipart/form-data" in operation.get("requestBody", {}).get("content", {})


def _with_rate_limit(responses: Document) -> Document:
    """Return the responses of an upload: a 429, and the headers of its limits on successes."""
    success = {
        status: response | {"headers": response.get("headers", {}) | _UPLOAD_HEADERS}
        for status, response in responses.items()
        if status.startswith("2")
    }
    quota_reached = {str(QuotaReached.status): {"$ref": f"{COMPONENTS}responses/QuotaReached"}}
    return quota_reached | responses | success


def _gateway_responses() -> Document:
    """Return the response components of the errors that the gateway itself answers with."""
    described = {
        f"Gateway{status}": error_response(kind) for status, kind in _GATEWAY_ERRORS.items()
    }
    quota_reached = error_response(QuotaReached)
    quota_reached["headers"] |= _UPLOAD_HEADERS | {"Retry-After": _RETRY_AFTER}
    return described | {"QuotaReached": quota_reached}
