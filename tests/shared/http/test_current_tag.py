"""Tests of the ETag of a 412: the one that a GET of the same path has."""

from collections.abc import Iterator

import httpx
import pytest
from starlette.responses import Response

from shared.errors import NotFound, PreconditionFailed
from shared.http.dependencies import Caller
from shared.http.routing import Router
from tests.shared.http.conftest import RouterServer


@pytest.fixture
def client(serve_router: RouterServer) -> Iterator[httpx.Client]:
    """Yield a client of a service of books whose PATCH is always out of date."""
    router = Router(prefix="books", tag="books", about="Books.")

    @router.get("/{book}")
    def read_book(book: str, caller: Caller) -> list[str]:
        if book == "hidden":
            raise NotFound
        return [book, caller.name]

    @router.patch("/{book}")
    @router.patch("/{book}/title")
    def change_book(book: str) -> Response:
        assert book
        raise PreconditionFailed

    with serve_router(router) as client:
        yield client


def test_a_412_has_the_tag_with_which_a_get_of_the_path_is_answered_to_the_caller(
    client: httpx.Client,
) -> None:
    read = client.get("/v1/books/a")
    stale = client.patch("/v1/books/a", json={}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert stale.headers["ETag"] == read.headers["ETag"]
    assert stale.headers["ETag"] != client.get("/v1/books/b").headers["ETag"]


def test_the_conditions_of_the_refused_request_do_not_apply_to_the_get(
    client: httpx.Client,
) -> None:
    tag = client.get("/v1/books/a").headers["ETag"]
    stale = client.patch("/v1/books/a", headers={"If-Match": '"1"', "If-None-Match": tag})
    assert (stale.status_code, stale.headers["ETag"]) == (412, tag)


@pytest.mark.parametrize("path", ["/v1/books/hidden", "/v1/books/a/title"])
def test_a_412_of_what_the_caller_cannot_read_has_no_tag(client: httpx.Client, path: str) -> None:
    stale = client.patch(path)
    assert (stale.status_code, "ETag" in stale.headers) == (412, False)
