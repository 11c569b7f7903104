"""The responses of routes: JSON bodies, and the error responses in the OpenAPI document."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from pydantic import BaseModel
from starlette.responses import Response

from shared.errors import (
    BadRequest,
    Conflict,
    Fault,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Problem,
    TooLarge,
    Unauthorized,
    Unavailable,
    UnsupportedMediaType,
)
from shared.faults import TOO_LONG
from shared.http.conditional import entity_tag
from shared.http.faults import ETAG
from shared.http.problems import problem_json
from shared.upsert import UpsertResult


def json_response(
    body: BaseModel,
    *,
    status: int = 200,
    location: str | None = None,
    version: int | None = None,
    headers: Mapping[str, str] | None = None,
    include: Mapping[str, Any] | None = None,
) -> Response:
    """Return a JSON response with this body and status.

    The ETag contains `version`. `location`, the path at which the resource is read, becomes the
    Location header of a 201 or 202. `include` names the fields to send, as pydantic does; without
    it all are sent. The body is not validated again.
    """
    all_headers = dict(headers or {})
    content = body.model_dump_json(include=include).encode()
    if version is not None:
        all_headers["ETag"] = entity_tag(content, version)
    if location is not None and status in {201, 202}:
        all_headers["Location"] = location
    return Response(content, status_code=status, headers=all_headers, media_type="application/json")


def with_body(
    response: Response,
    body: BaseModel,
    *,
    version: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a JSON response with another body, for instance with a secret that is not stored.

    The status and the headers are those of `response`, except the headers of its body; `headers`
    are added. `version` is that of the resource, if the response has an ETag.
    """
    others = {name: text for name, text in response.headers.items() if name not in _OF_THE_BODY}
    return json_response(
        body, status=response.status_code, version=version, headers=others | dict(headers or {})
    )


def upsert_status(outcome: UpsertResult) -> int:
    """Return the status of the answer to an upsert: 201 if it created something, else 200."""
    return 201 if outcome is UpsertResult.CREATED else 200


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the error responses of a route by status, for `responses` of its decorator.

    401, 422 and 503 are always included, because every route can answer them. Every error response
    is a reference to a component, which `shared/http/openapi.py` adds to the document.
    """
    return {
        status: {"$ref": f"#/components/responses/{_CLASS_OF_STATUS[status].__name__}"}
        for status in sorted({401, 422, 503, *statuses})
    }


def error_response(problem: type[Problem]) -> dict[str, Any]:
    """Return the OpenAPI response that documents a problem class, with an example body."""
    body = orjson.loads(problem_json(problem(*FAULTS_IN_EXAMPLES.get(problem, ()))))
    example = body | {"request_id": "0199a7c0-0000-7000-8000-000000000000"}
    schema = {"$ref": "#/components/schemas/Problem"}
    content = {"application/problem+json": {"schema": schema, "example": example}}
    headers = REQUEST_ID | _HEADERS_OF_PROBLEMS.get(problem, {})
    return {"description": problem.title.en, "headers": headers, "content": content}


_OF_THE_BODY: Final = frozenset({"content-length", "content-type", "etag"})
REQUEST_ID: Final[dict[str, Any]] = {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}}
"""The header that every response has."""
FAULTS_IN_EXAMPLES: Final[dict[type[Problem], tuple[Fault, ...]]] = {
    BadRequest: (Fault("header:If-Match", ETAG),),
    Invalid: (Fault("/name", TOO_LONG, max=200),),
}
"""The faults in the examples of errors about the input."""
_HEADERS_OF_PROBLEMS: dict[type[Problem], dict[str, Any]] = {
    PreconditionFailed: {
        "ETag": {
            "description": "The ETag with which a GET of this path is answered now; absent if you "
            "may not read it.",
            "schema": {"type": "string"},
            "example": '"4-9f86d081884c7d65"',
        }
    },
    Unauthorized: {
        "WWW-Authenticate": {
            "description": "How to send credentials: `Authorization: Bearer <key>`.",
            "schema": {"type": "string"},
            "example": "Bearer",
        }
    },
    Conflict: {
        "Retry-After": {
            "description": "Seconds after which the request may be sent again; only if a request "
            "with the same Idempotency-Key is in progress.",
            "schema": {"type": "integer"},
            "example": 1,
        }
    },
    Unavailable: {
        "Retry-After": {
            "description": "Seconds after which the request may be sent again.",
            "schema": {"type": "integer"},
            "example": 2,
        }
    },
}


DOCUMENTED_PROBLEMS: tuple[type[Problem], ...] = (
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    Conflict,
    PreconditionFailed,
    TooLarge,
    UnsupportedMediaType,
    Invalid,
    PreconditionRequired,
    Unavailable,
)
"""The problem classes that routes document. 405 is missing: no documented operation answers it."""

_CLASS_OF_STATUS = {problem.status: problem for problem in DOCUMENTED_PROBLEMS}
