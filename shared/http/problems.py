"""Every error as problem+json (RFC 9457): what was wrong, where, what to do; no echo of input."""

from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import tracing
from shared.database import is_outage
from shared.errors import (
    BadRequest,
    Conflict,
    Fault,
    Invalid,
    MethodNotAllowed,
    NotFound,
    Problem,
    TooLarge,
    Unauthorized,
    Unavailable,
    pointer_to,
)
from shared.http.telemetry import route_of
from shared.logging import logger

MEDIA_TYPE = "application/problem+json"
_TAKEN = {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}
_RACE = "The same was made at this moment by another request; send yours again."

log = logger(__name__)


def install(app: Starlette) -> None:
    """Answer every error of this app as a problem."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(PoolTimeoutError, _database)
    app.add_middleware(_AnswerBugs)


class _AnswerBugs:
    """Answers what nothing else does, and lets it go no further.

    A handler of Exception would answer too, but Starlette raises the exception again, on which the
    server hangs up after an answer that keeps the connection, and the next request there is lost.
    On an answer that is begun and not finished the server hangs up, so its reader sees that.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def send_noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception as error:  # noqa: BLE001  _unexpected tells operators
            answer = await _unexpected(Request(scope), error)
            if not begun:
                await answer(scope, receive, send)


def body_of(problem: Problem) -> bytes:
    """Write a problem as JSON."""
    trace = tracing.current()
    return orjson.dumps(
        {
            "type": "about:blank",
            "title": problem.title,
            "status": problem.status,
            "code": problem.kind,
            "detail": _writable(problem.detail),
            "request_id": trace.request_id if trace else None,
            "errors": [_told(fault) for fault in problem.faults],
        }
    )


def _told(fault: Fault) -> dict[str, str]:
    return {
        "pointer": _writable(fault.pointer),
        "code": fault.code,
        "message": _writable(fault.message),
    }


def _writable(text: str) -> str:
    """Write half a surrogate pair as its escape: a name in JSON can be one, UTF-8 has none."""
    return text.encode(errors="backslashreplace").decode()


def respond(problem: Problem) -> Response:
    """Answer with a problem."""
    challenge = {"WWW-Authenticate": "Bearer"} if isinstance(problem, Unauthorized) else {}
    return Response(
        body_of(problem),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=challenge | problem.headers,
    )


async def _problem(_: Request, error: Any) -> Response:
    return respond(error)


async def _invalid(_: Request, error: Any) -> Response:
    found = error.errors()
    if found[0]["type"] == "json_invalid" and isinstance(found[0]["loc"][-1], int):
        return respond(BadRequest(_unreadable(found[0]), code="malformed_json"))
    faults = [_fault(each) for each in found]
    return respond(Invalid(*faults, detail="Some of the input is not acceptable."))


_TIME = "Give a time as RFC 3339: 2026-01-31T09:30:00+08:00."
_WHOLE = "Send a JSON object, with Content-Type: application/json."
_MESSAGES = {
    "missing": "This is needed.",
    "extra_forbidden": "There is no such field here; leave it out.",
    "datetime_from_date_parsing": _TIME,
    "datetime_parsing": _TIME,
    "date_from_datetime_parsing": "Give a day as 2026-01-31.",
    "model_attributes_type": "Give an object.",
}


def _fault(found: dict[str, Any]) -> Fault:
    place, code = _pointer(found["loc"]), found["type"]
    message = _MESSAGES.get(code, found["msg"])
    if not place and code == "model_attributes_type":
        message = _WHOLE
    if "UploadFile" in message:
        message = "Send a file as this part of the form: multipart/form-data with a file name."
    return Fault(place, code, message)


def _unreadable(found: dict[str, Any]) -> Fault:
    place, reason = found["loc"][-1], found["ctx"]["error"]
    return Fault("", "json_invalid", f"At character {place}: {reason}.")


def _pointer(place: Sequence[str | int]) -> str:
    """Write a body's place as a JSON pointer, another's as `query:limit` or `header:If-Match`."""
    source, *steps = place
    if source == "body":
        return pointer_to(*steps)
    if source == "header":
        return f"header:{str(steps[0]).title()}"
    return ":".join(str(step) for step in place)


_UNREADABLE = {
    "There was an error parsing the body": "The body is no JSON in UTF-8, or one that is nested "
    "too deep or has numbers of thousands of digits.",
}


async def _http(request: Request, error: Any) -> Response:
    if error.status_code == MethodNotAllowed.status:
        return respond(_not_allowed(request))
    known: dict[int, Problem] = {
        404: NotFound(detail="There is no such path."),
        400: BadRequest(detail=_UNREADABLE.get(error.detail, error.detail)),
        413: TooLarge(detail="The body is larger than this route takes."),
    }
    problem = known.get(error.status_code) or _other(error)
    problem.headers = dict(error.headers or {})
    return respond(problem)


def _not_allowed(request: Request) -> Problem:
    """Name the methods of the path: each route knows its own alone."""
    allowed = ", ".join(sorted(request.app.state.methods[route_of(request.scope)]))
    return MethodNotAllowed(detail=f"This path takes {allowed}.", headers={"Allow": allowed})


def _other(error: HTTPException) -> Problem:
    problem = Problem(detail=error.detail, code=f"http_{error.status_code}")
    problem.status, problem.title = error.status_code, error.detail
    return problem


async def _database(request: Request, error: Exception) -> Response:
    if _is_race(error):
        return respond(Conflict(detail=_RACE, code="concurrent_change"))
    if is_outage(error):
        log.warning("database.unavailable", reason=str(error).partition("\n")[0])
        return respond(Unavailable(headers={"Retry-After": "2"}))
    return await _unexpected(request, error)


def _is_race(error: Exception) -> bool:
    """Tell whether another transaction made the same unique thing between our look and leap."""
    cause = getattr(error, "orig", None)
    told = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    return told in _TAKEN


async def _unexpected(_: Request, error: Exception) -> Response:
    log.error("request.failed", exc_info=error)
    return respond(Problem())
