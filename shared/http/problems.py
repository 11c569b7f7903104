"""Error responses as `application/problem+json` (RFC 9457).

An error response says what is wrong, where, and what to do; it never repeats the input.
"""

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
_UNIQUE_VIOLATIONS = {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}
_RACE = "Another request created the same at this moment; send your request again."

log = logger(__name__)


def install(app: Starlette) -> None:
    """Install the handlers that answer every error of an app with a problem."""
    app.add_exception_handler(Problem, _answer_problem)
    app.add_exception_handler(RequestValidationError, _answer_invalid_request)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    app.add_exception_handler(DBAPIError, _answer_database_error)
    app.add_exception_handler(PoolTimeoutError, _answer_database_error)
    app.add_middleware(_AnswerUnexpectedErrors)


class _AnswerUnexpectedErrors:
    """Middleware that answers unexpected exceptions with a 500 and does not raise them again.

    An exception handler for `Exception` would answer too, but Starlette then raises the exception
    again: the server closes the connection although the answer did not announce that, and the
    client's next request on this connection is lost. If the response has begun already, nothing
    more is sent, and the client notices that the response is incomplete.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except Exception as error:  # noqa: BLE001  _unexpected logs it
            answer = await _answer_unexpected_error(Request(scope), error)
            if not has_begun:
                await answer(scope, receive, send)


def problem_json(problem: Problem) -> bytes:
    """Return the JSON text of a problem."""
    trace = tracing.current()
    return orjson.dumps(
        {
            "type": "about:blank",
            "title": problem.title,
            "status": problem.status,
            "code": problem.kind,
            "detail": _encodable(problem.detail),
            "request_id": trace.request_id if trace else None,
            "errors": [_fault_fields(fault) for fault in problem.faults],
        }
    )


def _fault_fields(fault: Fault) -> dict[str, str]:
    """Return the JSON object of a fault."""
    return {
        "pointer": _encodable(fault.pointer),
        "code": fault.code,
        "message": _encodable(fault.message),
    }


def _encodable(text: str) -> str:
    """Return the text with lone surrogates escaped: a JSON name may have them, UTF-8 may not."""
    return text.encode(errors="backslashreplace").decode()


def problem_response(problem: Problem) -> Response:
    """Return the error response with this problem as its body."""
    challenge = {"WWW-Authenticate": "Bearer"} if isinstance(problem, Unauthorized) else {}
    return Response(
        problem_json(problem),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=challenge | problem.headers,
    )


async def _answer_problem(_: Request, error: Any) -> Response:
    """Answer a Problem that a route or a dependency has raised."""
    return problem_response(error)


async def _answer_invalid_request(_: Request, error: Any) -> Response:
    """Answer a request that FastAPI has refused: 400 for malformed JSON, otherwise 422."""
    errors = error.errors()
    if errors[0]["type"] == "json_invalid" and isinstance(errors[0]["loc"][-1], int):
        return problem_response(BadRequest(_json_fault(errors[0]), code="malformed_json"))
    faults = [_fault_of_error(field_error) for field_error in errors]
    return problem_response(Invalid(*faults, detail="Some of the input is not acceptable."))


_TIME = "Give a time as RFC 3339: 2026-01-31T09:30:00+08:00."
_NO_OBJECT = "Send a JSON object, with Content-Type: application/json."
_MESSAGES = {
    "missing": "This is needed.",
    "extra_forbidden": "There is no such field here; leave it out.",
    "datetime_from_date_parsing": _TIME,
    "datetime_parsing": _TIME,
    "date_from_datetime_parsing": "Give a day as 2026-01-31.",
    "model_attributes_type": "Give an object.",
}


def _fault_of_error(error: dict[str, Any]) -> Fault:
    """Return the fault for one error of pydantic."""
    pointer, code = _pointer_of_error(error["loc"]), error["type"]
    message = _MESSAGES.get(code, error["msg"])
    if not pointer and code == "model_attributes_type":
        message = _NO_OBJECT
    if "UploadFile" in message:
        message = "Send a file as this part of the form: multipart/form-data with a file name."
    return Fault(pointer, code, message)


def _json_fault(error: dict[str, Any]) -> Fault:
    """Return the fault for a body that is not valid JSON."""
    position, reason = error["loc"][-1], error["ctx"]["error"]
    return Fault("", "json_invalid", f"At character {position}: {reason}.")


def _pointer_of_error(loc: Sequence[str | int]) -> str:
    """Return the pointer to the part of the request that an error of pydantic concerns.

    The pointer is a JSON pointer into the body, or names a parameter: `query:limit`,
    `header:If-Match`.
    """
    source, *steps = loc
    if source == "body":
        return pointer_to(*steps)
    if source == "header":
        return f"header:{str(steps[0]).title()}"
    return ":".join(str(step) for step in loc)


_DETAILS = {
    "There was an error parsing the body": "The body is not JSON in UTF-8, is nested too "
    "deeply, or has a number of thousands of digits.",
}


async def _answer_http_exception(request: Request, error: Any) -> Response:
    """Answer an HTTPException of Starlette or FastAPI with the problem of its status."""
    if error.status_code == MethodNotAllowed.status:
        return problem_response(_method_not_allowed(request))
    problems: dict[int, Problem] = {
        404: NotFound(detail="There is no such path."),
        400: BadRequest(detail=_DETAILS.get(error.detail, error.detail)),
        413: TooLarge(detail="The body is larger than this route accepts."),
    }
    problem = problems.get(error.status_code) or _problem_of_other_status(error)
    problem.headers = dict(error.headers or {})
    return problem_response(problem)


def _method_not_allowed(request: Request) -> Problem:
    """Return a 405 with the methods of all routes of the path; Starlette names only one route's.

    If the router of the path explains why it refuses the method, the problem says that instead.
    """
    path, state = route_of(request.scope), request.app.state
    allowed = ", ".join(sorted(state.methods[path]))
    problem = MethodNotAllowed(detail=f"This path takes {allowed}.", headers={"Allow": allowed})
    refusal = state.refusals.get((request.method, path))
    if refusal is not None:
        problem.kind, problem.detail = refusal.code, refusal.detail
    return problem


def _problem_of_other_status(error: HTTPException) -> Problem:
    """Return the problem for a status that has no class: its code is `http_<status>`."""
    problem = Problem(detail=error.detail, code=f"http_{error.status_code}")
    problem.status, problem.title = error.status_code, error.detail
    return problem


async def _answer_database_error(request: Request, error: Exception) -> Response:
    """Answer 409 after a race for a unique key, 503 during an outage, otherwise 500."""
    if _is_unique_violation(error):
        return problem_response(Conflict(detail=_RACE, code="concurrent_change"))
    if is_outage(error):
        log.warning("database.unavailable", reason=str(error).partition("\n")[0])
        return problem_response(Unavailable(headers={"Retry-After": "2"}))
    return await _answer_unexpected_error(request, error)


def _is_unique_violation(error: Exception) -> bool:
    """Return whether a unique key exists already: another transaction has just inserted it."""
    cause = getattr(error, "orig", None)
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    return code in _UNIQUE_VIOLATIONS


async def _answer_unexpected_error(_: Request, error: Exception) -> Response:
    """Log a bug and answer 500 without naming its cause."""
    log.error("request.failed", exc_info=error)
    return problem_response(Problem())
