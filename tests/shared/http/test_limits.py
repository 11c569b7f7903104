"""Tests of the limit on the size of bodies."""

from collections.abc import Iterator

import httpx
import pytest
from starlette.requests import Request

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
    client: httpx.Client,
) -> None:
    for content in (b"x" * (LIMIT + 1), pieces(LIMIT + 1)):
        answer = client.post("/v1/bodies", content=content)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["request_id"] == answer.headers["X-Request-Id"]
