"""Whatever goes wrong inside is answered as a problem, and what it was stays in our log."""

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
from shared.errors import Conflict, Fault, Invalid, Problem, Unauthorized
from shared.http.problems import _AnswerBugs, _http, body_of, respond
from shared.http.routing import Router
from tests.shared.http.conftest import Offering
from tests.waiting import eventually


def twin() -> Exception:
    """Give what SQLite says where another was quicker."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE notes (title TEXT UNIQUE)")
        try:
            for _ in range(2):
                database.execute("INSERT INTO notes VALUES ('王小明')")
        except sqlite3.IntegrityError as error:
            return IntegrityError("INSERT", None, error)
    raise AssertionError


FAILURES: dict[str, Callable[[], Exception]] = {
    "taken": lambda: Conflict(
        Fault("/title", "taken", "Take another."), code="title_taken", headers={"Retry-After": "7"}
    ),
    "race": lambda: IntegrityError("INSERT", None, psycopg.errors.UniqueViolation("王小明")),
    "twin": twin,
    "orphan": lambda: IntegrityError("INSERT", None, psycopg.errors.ForeignKeyViolation("王小明")),
    "outage": lambda: OperationalError("SELECT", None, Exception("it is closed\nDETAIL: 王小明")),
    "crowd": lambda: PoolTimeoutError("no connection is free"),
    "limit": lambda: DataError("SELECT", None, psycopg.errors.NumericValueOutOfRange("王小明")),
    "bug": lambda: ZeroDivisionError("王小明"),
    "teapot": lambda: HTTPException(418, "A teapot.", headers={"X-Tea": "green"}),
    "busy": lambda: HTTPException(400, "Not now.", headers={"X-Tea": "black"}),
}


@pytest.fixture
def failing(offering: Offering) -> Iterator[httpx.Client]:
    """Give a client of a service whose one route fails as its path says."""
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

    with offering(router) as client:
        yield client


def told(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body.pop("request_id") == answer.headers["X-Request-Id"]
    assert body.pop("type") == "about:blank"
    assert body.pop("status") == answer.status_code
    return body


def test_a_problem_is_written_in_the_words_of_rfc_9457() -> None:
    problem = Invalid(Fault("/a", "bad", "Do it so."), detail="Not like this.", code="odd")

    def traced() -> bytes:
        tracing.start(None, "request-1")
        return body_of(problem)

    written = {
        "type": "about:blank",
        "title": "Some of the input is not acceptable.",
        "status": 422,
        "code": "odd",
        "detail": "Not like this.",
        "request_id": "request-1",
        "errors": [{"pointer": "/a", "code": "bad", "message": "Do it so."}],
    }
    assert json.loads(copy_context().run(traced)) == written
    untraced = copy_context().run(lambda: (tracing._current.set(None), body_of(problem))[1])
    assert json.loads(untraced) == written | {"request_id": None}


def test_only_who_is_unknown_is_asked_for_a_key() -> None:
    asked = respond(Unauthorized(headers={"Retry-After": "1"}))
    assert (asked.headers["WWW-Authenticate"], asked.headers["Retry-After"]) == ("Bearer", "1")
    assert "WWW-Authenticate" not in respond(Problem()).headers


def test_a_refusal_says_what_where_and_when_to_come_again(failing: httpx.Client) -> None:
    answer = failing.get("/v1/failures/taken")
    assert told(answer) == {
        "title": "This contradicts what is there.",
        "code": "title_taken",
        "detail": "Take another.",
        "errors": [{"pointer": "/title", "code": "taken", "message": "Take another."}],
    }
    assert (answer.status_code, answer.headers["Retry-After"]) == (409, "7")


@pytest.mark.parametrize("name", ["race", "twin"])
def test_what_another_request_made_first_is_a_conflict(failing: httpx.Client, name: str) -> None:
    answer = failing.get(f"/v1/failures/{name}")
    assert (answer.status_code, told(answer)["code"]) == (409, "concurrent_change")
    assert "send yours again" in told(answer)["detail"]


@pytest.mark.parametrize("name", ["outage", "crowd"])
def test_a_database_that_is_away_is_worth_another_try(
    failing: httpx.Client, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    answer = failing.get(f"/v1/failures/{name}")
    assert (answer.status_code, told(answer)["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "2"
    (line,) = [one for one in caplog.messages if "event='database.unavailable'" in one]
    assert ("it is closed" in line) is (name == "outage")
    assert "王小明" not in line


@pytest.mark.parametrize(
    ("name", "kind"),
    [("orphan", "IntegrityError"), ("limit", "DataError"), ("bug", "ZeroDivisionError")],
)
def test_a_bug_is_told_to_operators_and_not_to_callers(
    failing: httpx.Client, caplog: pytest.LogCaptureFixture, name: str, kind: str
) -> None:
    answer = failing.get(f"/v1/failures/{name}")
    assert answer.status_code == 500
    assert told(answer) == {
        "title": "Something went wrong on our side.",
        "code": "internal",
        "detail": "Something went wrong on our side.",
        "errors": [],
    }
    (line,) = [one for one in caplog.records if "event='request.failed'" in one.getMessage()]
    assert (line.levelno, line.name) == (logging.ERROR, "shared.http.problems")
    assert kind in line.getMessage()


def test_a_connection_outlives_a_bug(failing: httpx.Client) -> None:
    """Whoever keeps it, as the gateway does, has been promised that."""
    with socket.create_connection((failing.base_url.host, failing.base_url.port or 0), 10) as line:
        line.settimeout(10)
        for path in ("bug", "bug", "taken"):
            head = f"GET /v1/failures/{path} HTTP/1.1\r\nHost: x\r\n"
            key = f"Authorization: {failing.headers['Authorization']}\r\n\r\n"
            line.sendall((head + key).encode())
            answer = HTTPResponse(line)
            answer.begin()
            assert answer.status == (409 if path == "taken" else 500)
            assert json.loads(answer.read())["status"] == answer.status


def test_a_bug_behind_the_answer_is_told_to_operators_alone(
    failing: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        assert failing.get("/v1/failures/later/bug").json() == "done"

    def told_of() -> list[str]:
        return [one for one in caplog.messages if "event='request.failed'" in one]

    assert eventually(lambda: len(told_of()) == 2)
    assert all("ZeroDivisionError" in one for one in told_of())
    assert not [one for one in caplog.messages if "ASGI" in one]


def test_an_answer_that_a_bug_breaks_off_is_seen_to_be_unfinished(
    failing: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        failing.get("/v1/failures/half/bug")
    assert eventually(lambda: any("event='request.failed'" in one for one in caplog.messages))


def test_a_start_is_none_of_our_business() -> None:
    seen: list[tuple[Scope, Receive, Send]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append((scope, receive, send))
        raise ZeroDivisionError

    async def receive() -> Message:
        raise AssertionError

    async def send(_: Message) -> None:
        raise AssertionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(_AnswerBugs(app)({"type": "lifespan"}, receive, send))
    assert seen == [({"type": "lifespan"}, receive, send)]


def test_a_refusal_of_the_framework_keeps_its_status_and_headers(failing: httpx.Client) -> None:
    answer = failing.get("/v1/failures/teapot")
    assert (answer.status_code, answer.headers["X-Tea"]) == (418, "green")
    assert told(answer) == {
        "title": "A teapot.",
        "code": "http_418",
        "detail": "A teapot.",
        "errors": [],
    }
    answer = failing.get("/v1/failures/busy")
    assert (answer.status_code, answer.headers["X-Tea"]) == (400, "black")
    assert (told(answer)["code"], told(answer)["detail"]) == ("bad_request", "Not now.")


def test_a_path_that_nobody_serves_is_a_404(failing: httpx.Client) -> None:
    answer = failing.get("/v1/nothing")
    assert (answer.status_code, told(answer)["code"]) == (404, "not_found")
    assert "no such path" in told(answer)["detail"]


def test_a_body_too_large_is_told_so_where_the_framework_counts_it() -> None:
    """The door says the same once more, to whoever stands behind it."""
    answer = asyncio.run(_http(Request({"type": "http"}), HTTPException(413)))
    body = json.loads(bytes(answer.body))
    assert (answer.status_code, body["code"]) == (413, "too_large")
    assert "larger than this route takes" in body["detail"]
