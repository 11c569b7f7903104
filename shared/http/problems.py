"""Error responses as `application/problem+json` (RFC 9457).

An error response says what is wrong, where, and what to do. It may repeat the name of a field or
parameter, but no value of the caller, except the cells of a file that contradict each other.
"""

import re
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
    MAX_FAULTS,
    BadRequest,
    ConcurrentChange,
    Fault,
    Invalid,
    MalformedJson,
    MethodNotAllowed,
    NotFound,
    PreconditionFailed,
    Problem,
    TooLarge,
    Unauthorized,
    Unavailable,
)
from shared.faults import TOO_LARGE
from shared.http.conditional import current_tag
from shared.http.faults import FORM_DATA, JSON_CONTENT
from shared.http.media_types import media_type_of
from shared.http.strict_json import RefusedBody
from shared.http.validation import fault_of_request
from shared.logging import logger

MEDIA_TYPE = "application/problem+json"
CATALOGUE = "/v1/problems"
"""The path of the catalogue of errors; the `type` of a problem refers to its entry there."""
_FORM_LIMIT = re.compile(r"(?P<what>fields|files|exceeded).*?(?P<number>[0-9]+)")
"""Matches the texts of Starlette for a form that exceeds a limit."""
_FORM_ADVICE = {
    "fields": ("Send a form of at most {max} fields.", 1),
    "files": ("Send a form of at most {max} files.", 1),
    "exceeded": ("Keep each field of the form to {max} bytes.", 1024),
}
_UNIQUE_VIOLATIONS = {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}

log = logger(__name__)


def install(app: Starlette) -> None:
    """Install the handlers that answer every error of an app with a problem."""
    app.add_exception_handler(Problem, _answer_problem)
    app.add_exception_handler(PreconditionFailed, _answer_stale)
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
    more is sent, and the client notices that the response is incomplete. An exception of `send` is
    raised again: it is no defect of the app, but how Starlette replaces an answer to a body that is
    too large.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = is_sending = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_begun, is_sending
            has_begun = is_sending = True
            await send(message)
            is_sending = False

        try:
            await self._app(scope, receive, send_and_note)
        except Exception as error:
            if is_sending:
                raise
            answer = await _answer_unexpected_error(Request(scope), error)
            if not has_begun:
                await answer(scope, receive, send)


def problem_json(problem: Problem) -> bytes:
    """Return the JSON text of a problem."""
    trace = tracing.current()
    return orjson.dumps(
        {
            "type": f"{CATALOGUE}#{problem.code}",
            "title": problem.title.en,
            "status": problem.status,
            "code": problem.code,
            "detail": _encodable(problem.detail),
            "request_id": trace.request_id if trace else None,
            "errors": [_fault_fields(fault) for fault in problem.faults],
        }
    )


def _fault_fields(fault: Fault) -> dict[str, Any]:
    """Return the JSON object of a fault."""
    return {
        "pointer": _encodable(fault.pointer),
        "code": fault.code,
        "params": {name: _encodable_value(value) for name, value in fault.params.items()},
        "message": _encodable(fault.message),
    }


def _encodable_value(value: Any) -> Any:
    """Return a parameter of a fault with lone surrogates escaped."""
    if isinstance(value, list):
        return [_encodable_value(item) for item in value]
    return _encodable(value) if isinstance(value, str) else value


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


async def _answer_stale(request: Request, error: Any) -> Response:
    """Answer a PreconditionFailed with the ETag that a GET of the same path has now.

    The transaction of the request has ended before.
    """
    response = problem_response(error)
    if tag := await current_tag(request):
        response.headers["ETag"] = tag
    return response


async def _answer_invalid_request(_: Request, error: Any) -> Response:
    """Answer a request that FastAPI has refused, with a fault for each of its first errors."""
    errors = error.errors()[:MAX_FAULTS]
    return problem_response(Invalid(*map(fault_of_request, errors)))


async def _answer_http_exception(request: Request, error: Any) -> Response:
    """Answer an HTTPException of Starlette or FastAPI with the problem of its status."""
    problem = _problem_of(request, error)
    problem.headers = dict(error.headers or {}) | problem.headers
    return problem_response(problem)


def _problem_of(request: Request, error: HTTPException) -> Problem:
    """Return the problem for an HTTPException; its text, which is not ours, is left out."""
    if isinstance(error, RefusedBody):
        return error.problem
    match error.status_code:
        case 404:
            return NotFound(detail="There is no such path.")
        case 405:
            return _method_not_allowed(request)
        case 400:
            return _unreadable_body(request, error)
        case 413:
            return TooLarge()
    log.error("request.failed", status=error.status_code, exc_info=error)
    return Problem()


def _unreadable_body(request: Request, error: HTTPException) -> Problem:
    """Return the problem for a body that FastAPI or its parser of forms cannot read."""
    if "json" in media_type_of(request):
        return MalformedJson(Fault("", JSON_CONTENT))
    limit = _FORM_LIMIT.search(error.detail)
    if limit is None:
        return BadRequest(Fault("", FORM_DATA))
    advice, unit = _FORM_ADVICE[limit["what"]]
    return BadRequest(Fault("", TOO_LARGE, advice, max=int(limit["number"]) * unit))


def _method_not_allowed(request: Request) -> Problem:
    """Return a 405 with the methods of all routes of the path; Starlette names only one route's.

    If the router of the path explains why it refuses the method, the problem says that instead.
    """
    path, state = request.scope["path"], request.app.state
    allowed = ", ".join(state.paths.methods(path))
    headers = {"Allow": allowed}
    template = state.paths.template(path)
    refusal: type[MethodNotAllowed] | None = state.refusals.get((request.method, template))
    if refusal is not None:
        return refusal(headers=headers)
    return MethodNotAllowed(detail=f"This path takes {allowed}.", headers=headers)


async def _answer_database_error(request: Request, error: Exception) -> Response:
    """Answer 409 after a race for a unique key, 503 during an outage, otherwise 500."""
    if _is_unique_violation(error):
        return problem_response(ConcurrentChange())
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
