"""Tests of the limit on the size of bodies."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from shared.errors import Fault, TooLarge
from shared.faults import TOO_LARGE
from shared.http.limits import ExplainTooLarge
from shared.http.routing import Router
from tests.shared.http.conftest import RouterServer

LIMIT = 1024 * 1024


@pytest.fixture
def client(serve_router: RouterServer) -> Iterator[httpx.Client]:
    """Yield a client of a service that answers with the length of the request body."""
    router = Router(prefix="bodies", tag="bodies", about="Bodies.")

    @router.post("")
    async def take(request: Request) -> int:
        return len(await request.body())

    @router.post("/early")
    async def answer_early() -> int:
        return 1

    @router.post("/pictures")
    async def refuse_picture() -> None:
        raise TooLarge(Fault("/picture", TOO_LARGE, max=10))

    with serve_router(router) as client:
        yield client


def pieces(length: int) -> Iterator[bytes]:
    """Yield a body in pieces, which httpx sends without Content-Length."""
    while length:
        yield b"x" * min(length, 65536)
        length -= min(length, 65536)


@pytest.mark.parametrize("length", [0, LIMIT])
def test_a_body_may_be_as_large_as_the_limit(client: httpx.Client, length: int) -> None:
    for content in (b"x" * length, pieces(length)):
        answer = client.post("/v1/bodies", content=content)
        assert (answer.status_code, answer.json()) == (200, length)


def test_a_body_above_the_limit_is_refused_with_or_without_content_length(
    client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    for content in (b"x" * (LIMIT + 1), pieces(LIMIT + 1)):
        answer = client.post("/v1/bodies", content=content)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["request_id"] == answer.headers["X-Request-Id"]
    assert not [one for one in caplog.messages if "request.failed" in one], "it is no defect"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/nothing"),
        ("POST", "/s/x/imports"),
        ("PUT", "/v1/bodies"),
        ("POST", "/v1/bodies/early"),
    ],
)
def test_a_large_body_that_no_route_reads_is_a_413_and_no_defect(
    client: httpx.Client, caplog: pytest.LogCaptureFixture, method: str, path: str
) -> None:
    answer = client.request(method, path, content=b"x" * (3 * LIMIT))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert not [one for one in caplog.records if one.levelname == "ERROR"]


def test_a_problem_of_a_route_with_the_same_status_stays_as_it_is(
    client: httpx.Client,
) -> None:
    answer = client.post("/v1/bodies/pictures")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["params"]) == ("/picture", {"max": 10})


@pytest.mark.parametrize(("status", "media_type"), [(413, "problem+json"), (200, "text/plain")])
def test_one_whole_response_is_sent_whether_it_is_replaced_or_not(
    status: int, media_type: str
) -> None:
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("text", status)(scope, receive, send)

    async def receive() -> Message:
        raise AssertionError("the request has no body")

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "state": {}}
    asyncio.run(ExplainTooLarge(app)(scope, receive, send))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    headers = dict(sent[0]["headers"])
    assert (sent[0]["status"], media_type in headers[b"content-type"].decode()) == (status, True)
