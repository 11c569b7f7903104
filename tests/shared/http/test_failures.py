"""Tests of unexpected errors: each is answered as a problem, and its cause is only logged."""

import asyncio
import json
import logging
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from contextvars import copy_context
from http.client import HTTPResponse
from typing import Any

import httpx
import psycopg.errors
import pytest
from fastapi import BackgroundTasks
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from shared import tracing
from shared.errors import CodeTaken, Fault, Invalid, Problem, Unauthorized
from shared.faults import TAKEN, TOO_LONG
from shared.http.problems import (
    _answer_http_exception,
    _AnswerUnexpectedErrors,
    problem_json,
    problem_response,
)
from shared.http.routing import Router
from tests.shared.http.conftest import RouterServer
from tests.waiting import eventually


def unique_violation() -> Exception:
    """Return the error of SQLite for a value that violates a unique constraint."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE notes (title TEXT UNIQUE)")
        try:
            for _ in range(2):
                database.execute("INSERT INTO notes VALUES ('王小明')")
        except sqlite3.IntegrityError as error:
            return IntegrityError("INSERT", None, error)
    raise AssertionError


FAILURES: dict[str, Callable[[], Exception]] = {
    "taken": lambda: CodeTaken(
        Fault("/title", TAKEN, "Take another."), headers={"Retry-After": "7"}
    ),
    "race": lambda: IntegrityError("INSERT", None, psycopg.errors.UniqueViolation("王小明")),
    "twin": unique_violation,
    "orphan": lambda: IntegrityError("INSERT", None, psycopg.errors.ForeignKeyViolation("王小明")),
    "outage": lambda: OperationalError("SELECT", None, Exception("it is closed\nDETAIL: 王小明")),
    "crowd": lambda: PoolTimeoutError("no connection is free"),
    "limit": lambda: DataError("SELECT", None, psycopg.errors.NumericValueOutOfRange("王小明")),
    "bug": lambda: ZeroDivisionError("王小明"),
    "teapot": lambda: HTTPException(418, "A teapot.", headers={"X-Tea": "green"}),
    "busy": lambda: HTTPException(400, "Not now.", headers={"X-Tea": "black"}),
}
"""Functions that return the exception that a route raises, by the last segment of its path."""


@pytest.fixture
def failing(serve_router: RouterServer) -> Iterator[httpx.Client]:
    """Yield a client of a service whose routes fail with the exception that their path names."""
    router = Router(prefix="failures", tag="failures", about="Failures.")

    @router.get("/{name}")
    def fail(name: str) -> None:
        failure = FAILURES[name]()
        raise failure

    @router.get("/later/{name}")
    def fail_later(name: str, background: BackgroundTasks) -> str:
        background.add_task(fail, name)
        return "done"

    @router.get("/half/{name}")
    def fail_half_way(name: str) -> StreamingResponse:
        def pieces() -> Iterator[bytes]:
            yield b"begun"
            fail(name)

        return StreamingResponse(pieces())

    with serve_router(router) as client:
        yield client


def problem_of(answer: httpx.Response) -> dict[str, Any]:
    """Return the problem in an answer without the fields that repeat its status and headers."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body.pop("request_id") == answer.headers["X-Request-Id"]
    assert body.pop("type") == f"/v1/problems#{body['code']}"
    assert body.pop("status") == answer.status_code
    return body


def test_a_problem_has_the_fields_of_rfc_9457() -> None:
    fault = Fault("/a", TOO_LONG, "Keep to {max}.", max=5)
    problem = Invalid(fault, detail="Not like this.")

    def traced() -> bytes:
        tracing.start(None, "request-1")
        return problem_json(problem)

    written = {
        "type": "/v1/problems#invalid",
        "title": "Some of the input is not acceptable.",
        "status": 422,
        "code": "invalid",
        "detail": "Not like this.",
        "request_id": "request-1",
        "errors": [
            {"pointer": "/a", "code": "too_long", "params": {"max": 5}, "message": "Keep to 5."}
        ],
    }
    assert json.loads(copy_context().run(traced)) == written
    untraced = copy_context().run(lambda: (tracing._current.set(None), problem_json(problem))[1])
    assert json.loads(untraced) == written | {"request_id": None}


def test_only_a_401_has_the_header_www_authenticate() -> None:
    asked = problem_response(Unauthorized(headers={"Retry-After": "1"}))
    assert (asked.headers["WWW-Authenticate"], asked.headers["Retry-After"]) == ("Bearer", "1")
    assert "WWW-Authenticate" not in problem_response(Problem()).headers


def test_a_problem_that_a_route_raises_is_answered_with_its_faults_and_headers(
    failing: httpx.Client,
) -> None:
    answer = failing.get("/v1/failures/taken")
    assert problem_of(answer) == {
        "title": "Something else has this code already.",
        "code": "code_taken",
        "detail": "Take another.",
        "errors": [
            {"pointer": "/title", "code": "taken", "params": {}, "message": "Take another."}
        ],
    }
    assert (answer.status_code, answer.headers["Retry-After"]) == (409, "7")


@pytest.mark.parametrize("name", ["race", "twin"])
def test_a_violated_unique_constraint_is_answered_with_409(
    failing: httpx.Client, name: str
) -> None:
    answer = failing.get(f"/v1/failures/{name}")
    assert (answer.status_code, problem_of(answer)["code"]) == (409, "concurrent_change")
    assert "Send your request again" in problem_of(answer)["detail"]


@pytest.mark.parametrize("name", ["outage", "crowd"])
def test_an_unreachable_database_is_a_503_with_retry_after(
    failing: httpx.Client, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    answer = failing.get(f"/v1/failures/{name}")
    assert (answer.status_code, problem_of(answer)["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "2"
    (line,) = [one for one in caplog.messages if "event='database.unavailable'" in one]
    assert ("it is closed" in line) is (name == "outage")
    assert "王小明" not in line


@pytest.mark.parametrize(
    ("name", "kind"),
    [("orphan", "IntegrityError"), ("limit", "DataError"), ("bug", "ZeroDivisionError")],
)
def test_a_bug_is_logged_for_operators_and_not_shown_to_callers(
    failing: httpx.Client, caplog: pytest.LogCaptureFixture, name: str, kind: str
) -> None:
    answer = failing.get(f"/v1/failures/{name}")
    assert answer.status_code == 500
    assert problem_of(answer) == {
        "title": "Something went wrong on our side.",
        "code": "internal",
        "detail": "Something went wrong on our side. "
        "Try again later; if it happens again, report the `request_id`.",
        "errors": [],
    }
    (line,) = [one for one in caplog.records if "event='request.failed'" in one.getMessage()]
    assert (line.levelno, line.name) == (logging.ERROR, "shared.http.problems")
    assert kind in line.getMessage()


def test_a_connection_accepts_the_next_request_after_a_500(failing: httpx.Client) -> None:
    """The answer lacks `Connection: close`, so the gateway sends its next request there."""
    address = (failing.base_url.host, failing.base_url.port or 0)
    with socket.create_connection(address, 10) as connection:
        connection.settimeout(10)
        for path in ("bug", "bug", "taken"):
            head = f"GET /v1/failures/{path} HTTP/1.1\r\nHost: x\r\n"
            key = f"Authorization: {failing.headers['Authorization']}\r\n\r\n"
            connection.sendall((head + key).encode())
            answer = HTTPResponse(connection)
            answer.begin()
            assert answer.status == (409 if path == "taken" else 500)
            assert json.loads(answer.read())["status"] == answer.status


def test_an_error_in_a_background_task_is_only_logged(
    failing: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        assert failing.get("/v1/failures/later/bug").json() == "done"

    def logged() -> list[str]:
        return [one for one in caplog.messages if "event='request.failed'" in one]

    assert eventually(lambda: len(logged()) == 2)
    assert all("ZeroDivisionError" in one for one in logged())
    assert not [one for one in caplog.messages if "ASGI" in one]


def test_a_client_notices_that_an_error_cut_a_streamed_answer_short(
    failing: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        failing.get("/v1/failures/half/bug")
    assert eventually(lambda: any("event='request.failed'" in one for one in caplog.messages))


def test_an_error_at_startup_is_raised_and_not_answered() -> None:
    seen: list[tuple[Scope, Receive, Send]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append((scope, receive, send))
        raise ZeroDivisionError

    async def receive() -> Message:
        raise AssertionError("not called at startup")

    async def send(_: Message) -> None:
        raise AssertionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(_AnswerUnexpectedErrors(app)({"type": "lifespan"}, receive, send))
    assert seen == [({"type": "lifespan"}, receive, send)]


def test_the_text_of_an_http_exception_of_the_framework_is_not_shown(
    failing: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    """A status without a problem class cannot be explained, so it is a defect."""
    answer = failing.get("/v1/failures/busy")
    assert (answer.status_code, answer.headers["X-Tea"]) == (400, "black")
    assert problem_of(answer)["code"] == "bad_request"
    assert "Not now" not in answer.text
    answer = failing.get("/v1/failures/teapot")
    assert (answer.status_code, problem_of(answer)["code"]) == (500, "internal")
    assert "teapot" not in answer.json()["detail"]
    assert any("418" in one for one in caplog.messages)


def test_an_unknown_path_is_a_404(failing: httpx.Client) -> None:
    answer = failing.get("/v1/nothing")
    assert (answer.status_code, problem_of(answer)["code"]) == (404, "not_found")
    assert "no such path" in problem_of(answer)["detail"]


def test_the_frameworks_413_becomes_a_problem() -> None:
    """The middleware of shared/http/limits.py answers the same where the body is streamed."""
    answer = asyncio.run(_answer_http_exception(Request({"type": "http"}), HTTPException(413)))
    body = json.loads(bytes(answer.body))
    assert (answer.status_code, body["code"]) == (413, "too_large")
    assert body["detail"].startswith("The request is too large. Send less at once")
