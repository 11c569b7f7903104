"""Answers written once: the body is serialised here and not validated again."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from shared.errors import Problem


def answer(
    body: BaseModel,
    *,
    created: bool = False,
    status: int = 200,
    location: str | None = None,
    version: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer with a body: with 201 if it was made by this request.

    The place where it is read from now on goes with 201 and 202, the ETag of its version always.
    """
    status = 201 if created else status
    written = dict(headers or {})
    if version is not None:
        written["ETag"] = f'"{version}"'
    if location is not None and status in {201, 202}:
        written["Location"] = location
    content = body.model_dump_json()
    return Response(content, status_code=status, headers=written, media_type="application/json")


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document the problems that a route can answer with."""
    always: Sequence[int] = (401, 422, 503)
    return {status: _documented(status) for status in sorted({*always, *statuses})}


def _documented(status: int) -> dict[str, Any]:
    kind = next(kind for kind in Problem.__subclasses__() if kind.status == status)
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
    return {"description": kind.title, "content": content}
