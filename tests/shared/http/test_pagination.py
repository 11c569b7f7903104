"""Tests of lists in pages: cursors, the order of the rows, and links to the next page."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Date, Float, Numeric, String, column, delete, select
from sqlalchemy.types import TypeEngine
from starlette.requests import Request

from shared.errors import Invalid
from shared.http.app import create_app
from shared.http.pagination import PageRequest, _is_after, decode, encode, page, paged_by
from shared.http.routing import Router
from shared.ids import new_id
from tests.shared.backend import Backend
from tests.shared.http.conftest import RouterServer
from tests.shared.http.notes import Model, Note

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def backend(backend: Backend) -> Backend:
    """Return the backend with the empty table of notes."""
    Model.metadata.create_all(backend.database.engine)
    return backend


PATH = "/v1/notes"


def write_notes(backend: Backend, seconds: Sequence[int]) -> None:
    """Store a note for each number of seconds after BEGINNING."""
    notes = [
        Note(
            id=(note_id := new_id()),
            title=str(note_id),
            written_at=BEGINNING + timedelta(seconds=offset),
        )
        for offset in seconds
    ]
    with backend.database.transaction() as session:
        session.add_all(notes)


def page_request(limit: int, cursor: str | None, sort: str = "") -> PageRequest:
    """Return a request for a page of the notes."""
    request = Request({"type": "http", "path": PATH, "headers": []})
    return PageRequest(limit, cursor, request, sort)


def read_page(backend: Backend, limit: int, cursor: str | None, sort: str = "") -> Any:
    """Return a page of the notes, sorted by time and id."""
    order = [Note.written_at, Note.id]
    with backend.database.reading() as session:
        return page(session, select(Note), paging=page_request(limit, cursor, sort), order=order)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seconds=st.lists(st.integers(0, 3), max_size=12),
    limit=st.integers(1, 5),
    sort=st.sampled_from(["", "written_at", "-written_at"]),
    meanwhile=st.lists(st.integers(0, 3), max_size=3),
)
def test_the_pages_have_each_row_once_and_in_order_even_if_rows_are_inserted_meanwhile(
    backend: Backend, seconds: list[int], limit: int, sort: str, meanwhile: list[int]
) -> None:
    with backend.database.transaction() as session:
        session.execute(delete(Note))
    write_notes(backend, seconds)
    with backend.database.reading() as session:
        before = set(session.scalars(select(Note.id)))
    seen: list[Note] = []
    found = read_page(backend, limit, None, sort)
    write_notes(backend, meanwhile)
    while True:
        seen += found.rows
        assert len(seen) <= len(seconds) + len(meanwhile)
        if found.next is None:
            break
        found = read_page(backend, limit, found.next, sort)
    keys = [(note.written_at, note.id) for note in seen]
    assert keys == sorted(set(keys), reverse=sort.startswith("-"))
    assert before <= {note.id for note in seen}


FORGED_KEYS: list[Any] = [
    [],
    ["2026-01-01T00:00:00+00:00"],
    ["2026-01-01T00:00:00", "00000000-0000-0000-0000-000000000000"],
    ["never", "00000000-0000-0000-0000-000000000000"],
    ["2026-01-01T00:00:00+00:00", "x"],
    ["2026-01-01T00:00:00+00:00", 5],
    ["2026-01-01T00:00:00+00:00", None],
    [{}, []],
    {"a": 1},
    5,
]


@pytest.mark.parametrize("key", FORGED_KEYS)
def test_a_forged_cursor_is_refused(backend: Backend, key: Any) -> None:
    plain = base64.urlsafe_b64encode(orjson.dumps(key)).decode()
    cursor = encode(key, PATH) if isinstance(key, list) else plain
    with pytest.raises(Invalid) as refusal:
        read_page(backend, 5, cursor)
    (fault,) = refusal.value.faults
    assert (fault.pointer, fault.code) == ("query:cursor", "cursor")


@pytest.mark.parametrize(
    ("column_type", "valid", "invalid"),
    [
        (BigInteger(), [0, 2**63 - 1, 1 - 2**63], [2**63, -(2**63) - 1, 1.0, True, "1"]),
        (Float(), [0.5], [1e19, "0.5"]),
        (Numeric(), ["0.50", "9223372036854775807"], ["9223372036854775808", "NaN", "x", 0.5]),
        (String(), ["", "a"], ["a\x00b", 1]),
        (Date(), ["2026-01-31"], ["2026-01-31T00:00:00", "2026-02-30"]),
    ],
)
def test_a_cursor_with_a_value_that_its_column_cannot_have_is_refused(
    column_type: TypeEngine[Any], valid: list[Any], invalid: list[Any]
) -> None:
    """The database would refuse such a value, and the caller would get a 500."""
    order = [column("value", column_type)]
    for value in valid:
        assert _is_after(order, [value], descending=False) is not None
    for value in invalid:
        with pytest.raises(Invalid):
            _is_after(order, [value], descending=False)


def test_a_time_in_a_cursor_may_have_any_utc_offset(backend: Backend) -> None:
    write_notes(backend, [0, 60])
    first, second = read_page(backend, 2, None).rows
    elsewhere = first.written_at.astimezone(timezone(timedelta(hours=8)))
    (found,) = read_page(backend, 2, encode([elsewhere, first.id], PATH)).rows
    assert found.id == second.id


def test_cursors_of_an_earlier_release_stay_valid() -> None:
    key = [BEGINNING, UUID("0199a7c0-0000-7000-8000-000000000000"), Decimal("1.50"), 7, "茶"]
    given = (
        "WyI2ODYwNDkxZiIsIjIwMjYtMDEtMDFUMDA6MDA6MDArMDA6MDAiLCIwMTk5YTdjMC0wMDAw"
        "LTcwMDAtODAwMC0wMDAwMDAwMDAwMDAiLCIxLjUwIiw3LCLojLYiXQ"
    )
    assert encode(key, "/v1/notes") == given


@pytest.mark.parametrize("cursor", ["%", "AAAA", "é", "x" * 500])
def test_a_cursor_that_cannot_be_decoded_is_refused(client: httpx.Client, cursor: str) -> None:
    answer = client.get("/v1/notes", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "query:cursor")


@pytest.mark.parametrize("other", ["/v1/others", f"{PATH}written_at", f"{PATH}-written_at"])
def test_the_cursor_of_another_list_or_of_another_order_is_refused(
    backend: Backend, other: str
) -> None:
    cursor = encode([BEGINNING, new_id()], other)
    with pytest.raises(Invalid):
        read_page(backend, 5, cursor)


@pytest.mark.parametrize(("sort", "other"), [("a", "-a"), ("-a", "a"), ("a", "b"), ("a", "")])
def test_a_cursor_is_valid_for_one_order_only(sort: str, other: str) -> None:
    cursor = page_request(5, None, sort).cursor_after(["x"])
    assert page_request(5, cursor, sort).after == ["x"]
    with pytest.raises(Invalid):
        _ = page_request(5, cursor, other).after


@given(st.lists(st.one_of(st.integers(-(2**53), 2**53), st.text(), st.uuids().map(str))))
def test_a_cursor_decodes_to_the_encoded_key(key: list[Any]) -> None:
    assert decode(encode(key, PATH), PATH) == key


def test_the_link_to_the_next_page_repeats_the_filters(client: httpx.Client) -> None:
    for title in "abcde":
        client.post("/v1/notes", json={"title": title})
    answer = client.get("/v1/notes", params={"limit": 2})
    seen = [[item["title"] for item in answer.json()["items"]]]
    while "next" in answer.links:
        following = answer.links["next"]["url"]
        assert httpx.URL(following).params["cursor"] == answer.json()["next"]
        answer = client.get(following)
        seen.append([item["title"] for item in answer.json()["items"]])
    assert seen == [["a", "b"], ["c", "d"], ["e"]]
    assert answer.json()["next"] is None


def test_rows_of_several_columns_are_mappings_by_column_name(backend: Backend) -> None:
    write_notes(backend, range(3))
    chosen: Any = select(Note.written_at, Note.id)
    with backend.database.reading() as session:
        found = page(
            session, chosen, paging=page_request(2, None), order=[Note.written_at, Note.id]
        )
    first, last = found.rows
    assert (first["written_at"], last["written_at"]) == (
        BEGINNING,
        BEGINNING + timedelta(seconds=1),
    )
    assert found.next == encode([last["written_at"], last["id"]], PATH)


def test_a_reversed_list_links_to_the_next_page_in_the_same_order(client: httpx.Client) -> None:
    for title in ("a", "b", "c"):
        client.post("/v1/notes", json={"title": title})
    answer = client.get("/v1/notes", params={"limit": 2, "sort": "-id"})
    assert [item["title"] for item in answer.json()["items"]] == ["c", "b"]
    following = client.get(answer.links["next"]["url"])
    assert [item["title"] for item in following.json()["items"]] == ["a"]


def test_a_cursor_of_the_default_order_is_valid_when_that_order_is_named(
    client: httpx.Client,
) -> None:
    for title in ("a", "b"):
        client.post("/v1/notes", json={"title": title})
    cursor = client.get("/v1/notes", params={"limit": 1}).json()["next"]
    named = client.get("/v1/notes", params={"sort": "id", "cursor": cursor})
    assert [item["title"] for item in named.json()["items"]] == ["b"]


def list_router(default: str) -> Router:
    """Return a router whose list answers with [limit, cursor, sort, whether it is descending].

    These are the fields of the page request that the route got.
    The router is built by the test and not at import: a mutant would not change it any more.
    """
    router = Router(prefix="lists", tag="lists", about="Lists.")

    @router.get("")
    def list_nothing(paging: Annotated[PageRequest, paged_by(default)]) -> list[Any]:
        return [paging.limit, paging.cursor, paging.sort, paging.descending]

    return router


@pytest.mark.parametrize(("default", "other"), [("id", "-id"), ("-id", "id")])
def test_a_list_has_the_default_order_of_its_route_and_can_be_reversed(
    serve_router: RouterServer, default: str, other: str
) -> None:
    with serve_router(list_router(default)) as client:
        for params, sort in [({}, default), ({"sort": default}, default), ({"sort": other}, other)]:
            answer = client.get("/v1/lists", params={"limit": "7", "cursor": "c"} | params)
            limit, cursor, applied_sort, is_descending = answer.json()
            assert (limit, cursor, applied_sort) == (7, "c", sort)
            assert is_descending is (sort == "-id")


@pytest.mark.parametrize("sort", ["", "title", "ID", "--id", "id,-id", " id"])
def test_an_order_that_a_list_does_not_have_is_refused(
    serve_router: RouterServer, sort: str
) -> None:
    with serve_router(list_router("-id")) as client:
        answer = client.get("/v1/lists", params={"sort": sort})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"pointer": "query:sort", "code": "sort", "message": "Give one of: id, -id."}
    ]


@pytest.mark.parametrize("default", ["id", "-id"])
def test_the_document_lists_the_orders_of_a_list(backend: Backend, default: str) -> None:
    app = create_app(backend.settings, title="", description="", routers=[list_router(default)])
    described = app.openapi()["paths"]["/v1/lists"]["get"]["parameters"]
    (sort,) = (one for one in described if one["name"] == "sort")
    schema = sort["schema"]
    assert (schema["enum"], schema["default"]) == (["id", "-id"], default)
    about = "`id`: the oldest or least first; `-id`: the newest or greatest first."
    assert (sort["description"], sort["required"]) == (about, False)


def test_a_limit_outside_1_to_200_is_refused(client: httpx.Client) -> None:
    assert client.get("/v1/notes", params={"limit": 201}).status_code == 422
    assert client.get("/v1/notes", params={"limit": 0}).status_code == 422
