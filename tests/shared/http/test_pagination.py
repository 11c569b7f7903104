"""Pages: every row once, in a total order, whatever is written meanwhile."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from starlette.requests import Request

from shared.errors import Invalid
from shared.http.pagination import PageRequest, decode, encode, page
from shared.ids import new_id
from tests.shared.http.notes import Model, Note
from tests.shared.kit import Kit

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def kit(kit: Kit) -> Kit:
    Model.metadata.create_all(kit.database.engine)
    return kit


PATH = "/v1/notes"


def write(kit: Kit, seconds: Sequence[int]) -> None:
    notes = [
        Note(id=(made := new_id()), title=str(made), written_at=BEGINNING + timedelta(seconds=s))
        for s in seconds
    ]
    with kit.database.transaction() as session:
        session.add_all(notes)


def read_page(kit: Kit, limit: int, cursor: str | None, *, falling: bool = False) -> Any:
    order = [Note.written_at, Note.id]
    if falling:
        order = [column.desc() for column in order]  # type: ignore[misc]
    after = None if cursor is None else decode(cursor, PATH)
    with kit.database.reading() as session:
        return page(
            session,
            select(Note),
            paging=PageRequest(
                limit, after, Request({"type": "http", "path": PATH, "headers": []})
            ),
            order=order,
        )


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seconds=st.lists(st.integers(0, 3), max_size=12),
    limit=st.integers(1, 5),
    falling=st.booleans(),
    meanwhile=st.lists(st.integers(0, 3), max_size=3),
)
def test_every_row_comes_once_in_order(
    kit: Kit, seconds: list[int], limit: int, *, falling: bool, meanwhile: list[int]
) -> None:
    with kit.database.transaction() as session:
        session.execute(delete(Note))
    write(kit, seconds)
    with kit.database.reading() as session:
        before = set(session.scalars(select(Note.id)))
    seen: list[Note] = []
    found = read_page(kit, limit, None, falling=falling)
    write(kit, meanwhile)
    while True:
        seen += found.rows
        assert len(seen) <= len(seconds) + len(meanwhile)
        if found.next is None:
            break
        found = read_page(kit, limit, found.next, falling=falling)
    keys = [(note.written_at, note.id) for note in seen]
    assert keys == sorted(set(keys), reverse=falling)
    assert before <= {note.id for note in seen}


BAD: list[Any] = [
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


@pytest.mark.parametrize("key", BAD)
def test_a_forged_cursor_is_refused(kit: Kit, key: Any) -> None:
    plain = base64.urlsafe_b64encode(orjson.dumps(key)).decode()
    cursor = encode(key, PATH) if isinstance(key, list) else plain
    with pytest.raises(Invalid) as told:
        read_page(kit, 5, cursor)
    assert told.value.faults[0].pointer == "query:cursor"


@pytest.mark.parametrize("cursor", ["%", "AAAA", "é", "x" * 500])
def test_what_is_no_cursor_is_refused(client: httpx.Client, cursor: str) -> None:
    answer = client.get("/v1/notes", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "query:cursor")


def test_the_cursor_of_another_list_is_refused(kit: Kit) -> None:
    with pytest.raises(Invalid):
        read_page(kit, 5, encode([BEGINNING, new_id()], "/v1/others"))


@given(st.lists(st.one_of(st.integers(-(2**53), 2**53), st.text(), st.uuids().map(str))))
def test_a_cursor_reads_back(key: list[Any]) -> None:
    assert decode(encode(key, PATH), PATH) == key


def test_a_list_links_to_its_next_page_and_keeps_the_filters(client: httpx.Client) -> None:
    for title in ("a", "b", "c"):
        client.post("/v1/notes", json={"title": title})
    answer = client.get("/v1/notes", params={"limit": 2})
    assert [item["title"] for item in answer.json()["items"]] == ["a", "b"]
    following = client.get(answer.links["next"]["url"])
    assert [item["title"] for item in following.json()["items"]] == ["c"]
    assert following.json()["next"] is None
    assert "next" not in following.links


def test_a_page_is_never_larger_than_the_cap(client: httpx.Client) -> None:
    assert client.get("/v1/notes", params={"limit": 201}).status_code == 422
    assert client.get("/v1/notes", params={"limit": 0}).status_code == 422
