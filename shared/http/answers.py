"""Answers written once: the body is serialised here and not validated again."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from shared.errors import Problem

ERRORS: dict[int, str] = {
    400: "The request cannot be read.",
    401: "No valid key.",
    403: "The key does not allow that.",
    404: "There is nothing here that you may see.",
    405: "The path does not take this method.",
    409: "It contradicts what is there.",
    412: "It has changed since you read it.",
    413: "The body is too large.",
    422: "Some of the input is not acceptable; `errors` says which and why.",
    428: "Send If-Match.",
    503: "Not available at the moment; Retry-After says when to try again.",
}


def answer(
    body: BaseModel,
    *,
    made: bool = False,
    status: int = 200,
    place: str | None = None,
    version: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer with a body: with 201 if it was made by this request.

    The place where it is read from now on goes with 201 and 202, the ETag of its version always.
    """
    status = 201 if made else status
    written = dict(headers or {})
    if version is not None:
        written["ETag"] = f'"{version}"'
    if place is not None and status in {201, 202}:
        written["Location"] = place
    content = body.model_dump_json()
    return Response(content, status_code=status, headers=written, media_type="application/json")


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document the problems that a route can answer with."""
    always: Sequence[int] = (401, 422, 503)
    return {status: _documented(status) for status in sorted({*always, *statuses})}


def _documented(status: int) -> dict[str, Any]:
    kinds = {kind.status: kind for kind in Problem.__subclasses__()}
    kind = kinds[status]
    example = {
        "type": "about:blank",
        "title": kind.title,
        "status": status,
        "code": kind.code,
        "detail": kind.title,
        "request_id": "0199a7c0-0000-7000-8000-000000000000",
        "errors": [],
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    content = {"application/problem+json": {"schema": schema, "example": example}}
    return {"description": ERRORS[status], "content": content}
