"""Tests of the refusal of query parameters that a route would ignore."""

from collections.abc import Iterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Header, Query
from pydantic import Field

from shared.errors import MAX_FAULTS
from shared.http.dependencies import NEEDS_ALL_ROWS
from shared.http.identity import Identity
from shared.http.pagination import Paging
from shared.http.routing import Router
from shared.http.schemas import Filter
from shared.row_access import Rows
from tests.services.harness import TokenSigner
from tests.shared.http.conftest import RouterServer


@pytest.fixture
def shelf(serve_router: RouterServer) -> Iterator[httpx.Client]:
    """Yield a client of a service of books; only keys that see all rows may call it."""
    router = Router(prefix="books", tag="books", about="Books.", dependencies=[NEEDS_ALL_ROWS])

    @router.get("")
    def list_books(
        by: str = "", year: Annotated[list[int] | None, Query()] = None, x_shelf: str = Header("")
    ) -> list[Any]:
        return [by, year, x_shelf]

    @router.get("/{book}")
    def read_book(book: str) -> str:
        return book

    with serve_router(router) as client:
        yield client


class MagazineFilter(Filter):
    """The query parameters that filter a list of magazines."""

    issue: int | None = Field(None, le=99)
    printed_from: str | None = Field(None, alias="from")


@pytest.fixture
def magazines(serve_router: RouterServer) -> Iterator[httpx.Client]:
    """Yield a client of a service whose list has a filter model and pages."""
    router = Router(prefix="magazines", tag="magazines", about="Magazines.")

    @router.get("")
    def list_magazines(
        paging: Paging,
        filters: Annotated[MagazineFilter, Query()],
    ) -> list[Any]:
        return [filters.issue, filters.printed_from, paging.limit]

    with serve_router(router) as client:
        yield client


def test_the_fields_of_a_filter_model_are_known_parameters_by_their_aliases(
    magazines: httpx.Client,
) -> None:
    answer = magazines.get("/v1/magazines?issue=7&from=1921&limit=3")
    assert (answer.status_code, answer.json()) == (200, [7, "1921", 3])
    assert magazines.get("/v1/magazines").json() == [None, None, 50]


def test_a_route_with_a_filter_model_refuses_unknown_and_repeated_parameters(
    magazines: httpx.Client,
) -> None:
    answer = magazines.get("/v1/magazines?printed_from=1921&filters=1&issue=1&issue=2&from=%00")
    assert faults(answer) == [
        ("query:filters", "unknown_parameter"),
        ("query:printed_from", "unknown_parameter"),
        ("query:issue", "repeated_parameter"),
        ("query:from", "nul"),
    ]
    message = answer.json()["errors"][0]["message"]
    assert message == "This route knows: cursor, from, issue, limit."


def test_an_invalid_value_of_a_filter_model_is_refused_with_its_parameter(
    magazines: httpx.Client,
) -> None:
    assert faults(magazines.get("/v1/magazines?issue=100")) == [("query:issue", "too_large")]


def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    """Check that an answer is a 422, and return the pointer and the code of each fault."""
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


def test_known_query_parameters_are_accepted(shelf: httpx.Client) -> None:
    answer = shelf.get("/v1/books", params={"by": "鲁迅", "year": 1921})
    assert answer.json() == ["鲁迅", [1921], ""]
    assert shelf.get("/v1/books/a").json() == "a"


def test_unknown_parameters_are_refused_in_alphabetical_order_with_those_the_route_knows(
    shelf: httpx.Client,
) -> None:
    answer = shelf.get("/v1/books?to=1&by=a&from=2&x_shelf=3&book=4")
    assert faults(answer) == [
        (f"query:{name}", "unknown_parameter") for name in ("book", "from", "to", "x_shelf")
    ]
    assert {fault["message"] for fault in answer.json()["errors"]} == {
        "This route knows: by, year."
    }
    (fault,) = shelf.get("/v1/books/a?by=b").json()["errors"]
    assert (fault["pointer"], fault["message"]) == ("query:by", "This route knows no parameters.")


def test_a_repeated_query_parameter_is_refused(shelf: httpx.Client) -> None:
    assert faults(shelf.get("/v1/books?year=1&by=a&year=2&by=a&by=")) == [
        ("query:by", "repeated_parameter"),
        ("query:year", "repeated_parameter"),
    ]


def test_a_nul_in_a_known_parameter_is_refused(shelf: httpx.Client) -> None:
    assert faults(shelf.get("/v1/books?by=a%00&other=%00")) == [
        ("query:other", "unknown_parameter"),
        ("query:by", "nul"),
    ]


def test_faults_of_unknown_parameters_are_limited_in_length_and_number(shelf: httpx.Client) -> None:
    long = "n" * 101
    assert faults(shelf.get(f"/v1/books?{long}=1")) == [
        (f"query:{long[:100]}", "unknown_parameter")
    ]
    many = "&".join(f"n{number:03}=" for number in range(MAX_FAULTS + 1))
    assert [pointer for pointer, _ in faults(shelf.get(f"/v1/books?{many}"))] == [
        f"query:n{number:03}" for number in range(MAX_FAULTS)
    ]


def test_dependencies_of_a_router_apply_to_each_of_its_routes(
    shelf: httpx.Client, token_signer: TokenSigner
) -> None:
    caller = Identity("key-7", "North", frozenset({"read"}), Rows.TEAM, "north")
    for path in ("/v1/books", "/v1/books/a"):
        answer = shelf.get(path, headers=token_signer.authorization("notes", caller))
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
