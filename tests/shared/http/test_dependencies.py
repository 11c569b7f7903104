"""Tests of the dependencies that routes ask for by type."""

from collections.abc import Iterator
from typing import Annotated

import httpx
import pytest
from fastapi import Form
from sqlalchemy import literal, select

from shared.http.dependencies import (
    NEEDS_ALL_ROWS,
    NO_REPEATED_PARTS,
    AsyncReading,
    Caller,
    ExpectedVersion,
    Reader,
    Reading,
    Settings,
    Store,
)
from shared.http.identity import Identity
from shared.http.routing import Router
from shared.row_access import Rows
from tests.services.harness import TokenSigner
from tests.shared.http.conftest import RouterServer

NORTH = Identity("key-7", "North", frozenset({"read"}), Rows.TEAM, "north", "li")


@pytest.fixture
def client(serve_router: RouterServer) -> Iterator[httpx.Client]:
    """Yield a client of a service whose routes answer with their dependencies."""
    router = Router(prefix="asked", tag="asked", about="What routes ask for.")

    @router.get("/reader")
    def read_reader(reader: Reader) -> list[str | None]:
        return [reader.subject, reader.rows.value, reader.team, reader.user]

    @router.get("/caller")
    def read_caller(caller: Caller) -> str:
        return caller.name

    @router.get("/service")
    def read_service(settings: Settings, store: Store) -> list[str]:
        return [settings.name, store.schema]

    @router.get("/rows")
    async def read_rows(session: Reading, async_reads: AsyncReading) -> list[int]:
        found = await async_reads.row(select(literal(2).label("two")), {})
        assert found
        return [session.scalar(select(literal(1))) or 0, found["two"]]

    @router.get("/everything", dependencies=[NEEDS_ALL_ROWS])
    def read_everything() -> str:
        return "all of it"

    @router.post("/form", dependencies=[NO_REPEATED_PARTS])
    def take_form(sent: Annotated[str, Form()]) -> str:
        return sent

    @router.patch("/version")
    def change(expected: ExpectedVersion) -> int | None:
        return expected

    with serve_router(router) as client:
        yield client


def test_a_route_gets_the_caller_and_the_rows_that_they_see(
    client: httpx.Client, token_signer: TokenSigner
) -> None:
    headers = token_signer.authorization("notes", NORTH)
    assert client.get("/v1/asked/reader", headers=headers).json() == [
        "key-7",
        "team",
        "north",
        "li",
    ]
    assert client.get("/v1/asked/caller", headers=headers).json() == "North"
    assert client.get("/v1/asked/caller").json() == "Administrator"


def test_a_route_reads_from_its_database(client: httpx.Client) -> None:
    assert client.get("/v1/asked/rows").json() == [1, 2]


def test_a_route_gets_the_settings_and_database_of_its_service(client: httpx.Client) -> None:
    assert client.get("/v1/asked/service").json() == ["notes", "notes"]


@pytest.mark.parametrize("rows", Rows)
def test_a_route_that_requires_all_rows_refuses_other_keys_with_403(
    client: httpx.Client, token_signer: TokenSigner, rows: Rows
) -> None:
    caller = Identity("key-7", "Somebody", frozenset({"admin"}), rows, "north")
    answer = client.get("/v1/asked/everything", headers=token_signer.authorization("notes", caller))
    if rows is Rows.ALL:
        assert answer.json() == "all of it"
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert "all rows" in answer.json()["detail"]


def test_a_change_without_if_match_is_a_428_and_the_version_is_read_from_it(
    client: httpx.Client,
) -> None:
    longest = 10**18 - 1
    tags = {'"3"': 3, '"0"': 0, f'"{longest}"': longest, '"3-9f86d081"': 3, 'W/"3-9f86d081"': 3}
    for sent, version in tags.items():
        answer = client.patch("/v1/asked/version", headers={"If-Match": sent})
        assert answer.json() == version
    assert client.patch("/v1/asked/version", headers={"If-Match": "*"}).json() is None
    missing = client.patch("/v1/asked/version")
    assert (missing.status_code, missing.json()["code"]) == (428, "version_required")


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "3",
        "**",
        '*, "3"',
        'W/"x"',
        '"3", "4"',
        '"-3"',
        '3-"',
        'w/"3"',
        '"x"',
        '""',
        f'"{10**18}"',
    ],
)
def test_an_if_match_that_is_not_one_tag_with_a_version_is_refused(
    client: httpx.Client, sent: str
) -> None:
    answer = client.patch("/v1/asked/version", headers={"If-Match": sent})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("header:If-Match", "etag")
    assert '"3"' in fault["message"]


def test_a_repeated_if_match_header_is_refused(client: httpx.Client) -> None:
    for other in ('"3"', '"4"'):
        headers = [("If-Match", '"3"'), ("if-match", other)]
        answer = client.patch("/v1/asked/version", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
        (fault,) = answer.json()["errors"]
        assert (fault["pointer"], fault["code"]) == ("header:If-Match", "repeated")
        assert fault["message"] == "Send it once."


def test_a_repeated_field_of_a_form_is_refused(client: httpx.Client) -> None:
    assert client.post("/v1/asked/form", data={"sent": "a", "other": "a"}).json() == "a"
    answer = client.post("/v1/asked/form", data={"sent": ["a", "b"], "other": "a"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/sent", "repeated")
    assert fault["message"] == "Send it once."


def test_repeated_fields_are_named_by_their_first_100_characters(
    client: httpx.Client,
) -> None:
    twice = {f"{number:0120}": ["a", "b"] for number in range(2)}
    answer = client.post("/v1/asked/form", data={"sent": "a"} | twice)
    pointers = [fault["pointer"] for fault in answer.json()["errors"]]
    assert pointers == ["/" + "0" * 100] * 2
