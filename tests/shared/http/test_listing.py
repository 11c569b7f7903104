"""Tests of lists: pages in every sort, filters, ids, totals and facets, on both databases."""

import base64
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, select
from sqlalchemy.orm import aliased

from shared.errors import Invalid
from shared.http.cursors import encode
from shared.http.listing import Listing
from shared.http.pagination import PageRequest, Slice
from shared.http.schemas import Filter, Total
from shared.ids import new_id
from tests.shared.backend import Backend
from tests.shared.http.notes import NOTES, Model, Note, NoteFilter

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
PATH = "/v1/notes"
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
TITLES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=4)
KEYS: dict[str, Callable[[Note], Any]] = {
    "id": lambda note: note.id,
    "title": lambda note: (note.title, note.id),
    "written_at": lambda note: (note.written_at, note.id),
}
"""The sort key of a note in each sort of `NOTES`."""
SORTS = [*KEYS, *(f"-{name}" for name in KEYS)]


@pytest.fixture
def backend(backend: Backend) -> Backend:
    """Return the backend with the empty table of notes."""
    Model.metadata.create_all(backend.database.engine)
    return backend


def note(title: str | None = None, seconds: int = 0, kind: str | None = None) -> Note:
    """Return a new note that was written some seconds after BEGINNING."""
    note_id = new_id()
    return Note(
        id=note_id,
        title=str(note_id) if title is None else title,
        kind=kind,
        is_pinned=bool(seconds),
        written_at=BEGINNING + timedelta(seconds=seconds),
    )


def write(backend: Backend, notes: Sequence[Note]) -> list[Note]:
    """Store notes and return them."""
    with backend.database.transaction() as session:
        session.add_all(notes)
    return list(notes)


def requested(sort: str = "id", limit: int = 100, **more: Any) -> PageRequest:
    """Return a request for a page of the notes."""
    return PageRequest(limit, more.pop("cursor", None), PATH, b"", sort, **more)


def read(
    backend: Backend,
    paging: PageRequest,
    filters: Filter | None = None,
    *,
    notes: Listing = NOTES,
    statement: Any = None,
) -> Slice:
    """Return a page of the notes."""
    statement = select(Note) if statement is None else statement
    with backend.database.reading() as session:
        return notes.page(session, statement, paging=paging, filters=filters)


def read_all(backend: Backend, paging: PageRequest, filters: Filter | None = None) -> list[Note]:
    """Return the notes of all pages."""
    found = read(backend, paging, filters)
    notes = [*found.rows]
    while found.next is not None:
        assert len(found.rows) == paging.limit
        found = read(backend, replace(paging, cursor=found.next), filters)
        notes += found.rows
    return notes


def in_order(notes: Sequence[Note], sort: str) -> list[UUID]:
    """Return the ids of notes, sorted as `sort` says."""
    by_key = sorted(notes, key=KEYS[sort.removeprefix("-")], reverse=sort.startswith("-"))
    return [note.id for note in by_key]


@QUICK
@given(
    rows=st.lists(
        st.tuples(TITLES, st.integers(0, 3), st.sampled_from([None, "a", "b"])),
        unique_by=lambda row: row[0],
        max_size=12,
    ),
    limit=st.integers(1, 5),
    sort=st.sampled_from(SORTS),
    kind=st.sampled_from([None, "a", "b", "c"]),
    every=st.integers(1, 3),
)
def test_the_pages_have_exactly_the_requested_rows_in_the_requested_order(
    backend: Backend,
    rows: list[tuple[str, int, str | None]],
    limit: int,
    sort: str,
    kind: str | None,
    every: int,
) -> None:
    """Text sorts by code points on both databases; total and facets count all pages."""
    with backend.database.transaction() as session:
        session.execute(delete(Note))
    notes = write(backend, [note(*row) for row in rows])
    ids = tuple(each.id for each in notes[::every])
    paging = requested(sort, limit, ids=ids, is_counted=True, facets=("kind",))
    expected = [each for each in notes[::every] if kind in {None, each.kind}]
    filters = NoteFilter(kind=kind)
    assert [each.id for each in read_all(backend, paging, filters)] == in_order(expected, sort)
    found = read(backend, paging, filters)
    assert found.total == Total(value=len(expected), exact=True)
    (facet,) = found.facets or []
    assert {one.value: one.count for one in facet.values} == Counter(x.kind for x in expected)


@QUICK
@given(
    seconds=st.lists(st.integers(0, 3), max_size=12),
    limit=st.integers(1, 5),
    sort=st.sampled_from(SORTS),
    meanwhile=st.lists(st.integers(0, 3), max_size=3),
)
def test_the_pages_have_each_row_once_and_in_order_even_if_rows_are_inserted_meanwhile(
    backend: Backend, seconds: list[int], limit: int, sort: str, meanwhile: list[int]
) -> None:
    with backend.database.transaction() as session:
        session.execute(delete(Note))
    before = write(backend, [note(seconds=offset) for offset in seconds])
    found = read(backend, requested(sort, limit))
    seen = [*found.rows]
    write(backend, [note(seconds=offset) for offset in meanwhile])
    if found.next is not None:
        seen += read_all(backend, requested(sort, limit, cursor=found.next))
    ids = [each.id for each in seen]
    assert ids == in_order(seen, sort)
    assert len(ids) == len(set(ids))
    assert {each.id for each in before} <= set(ids)


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
    cursor = encode(key, f"{PATH}?sort=written_at") if isinstance(key, list) else plain
    with pytest.raises(Invalid) as refusal:
        read(backend, requested("written_at", cursor=cursor))
    (fault,) = refusal.value.faults
    assert (fault.pointer, fault.code) == ("query:cursor", "cursor")


@pytest.mark.parametrize(
    ("sort", "other"), [("id", "-id"), ("-id", "id"), ("title", "id"), ("id", "")]
)
def test_a_cursor_is_valid_for_one_sort_only(sort: str, other: str) -> None:
    cursor = requested(sort).cursor_after(["x"])
    assert requested(sort, cursor=cursor).after == ["x"]
    with pytest.raises(Invalid):
        _ = requested(other, cursor=cursor).after


def test_a_time_in_a_cursor_may_have_any_utc_offset(backend: Backend) -> None:
    first, second = write(backend, [note(seconds=0), note(seconds=60)])
    elsewhere = first.written_at.astimezone(timezone(timedelta(hours=8)))
    cursor = encode([elsewhere, first.id], f"{PATH}?sort=written_at")
    (found,) = read(backend, requested("written_at", cursor=cursor)).rows
    assert found.id == second.id


def test_rows_of_several_columns_are_mappings_by_column_name(backend: Backend) -> None:
    first, _ = write(backend, [note(seconds=0), note(seconds=1)])
    columns: Any = select(Note.written_at, Note.kind)
    found = read(backend, requested("title", 1), statement=columns)
    (row,) = found.rows
    assert (row["written_at"], row["kind"]) == (BEGINNING, None)
    assert found.next == encode([first.title, first.id], f"{PATH}?sort=title")


def test_a_row_of_one_column_is_its_value(backend: Backend) -> None:
    (only,) = write(backend, [note()])
    assert read(backend, requested(), statement=select(Note.id)).rows == [only.id]


def test_a_filter_may_be_a_function_and_a_parameter_may_have_an_alias(backend: Backend) -> None:
    early, late = write(backend, [note("a", seconds=0), note("b", seconds=60)])
    named = NoteFilter(words="b c")
    assert [each.id for each in read(backend, requested(), named).rows] == [late.id]
    unpinned = NoteFilter(is_pinned=False)
    assert [each.id for each in read(backend, requested(), unpinned).rows] == [early.id]


def test_a_time_range_begins_inclusive_and_ends_exclusive(backend: Backend) -> None:
    early, late = write(backend, [note(seconds=0), note(seconds=60)])
    for filters, expected in [
        (NoteFilter(written_from=early.written_at), [early, late]),
        (NoteFilter(written_from=late.written_at), [late]),
        (NoteFilter(written_before=late.written_at), [early]),
        (NoteFilter(written_from=early.written_at, written_before=late.written_at), [early]),
    ]:
        found = read(backend, requested(), filters).rows
        assert [each.id for each in found] == [each.id for each in expected]


def test_items_without_values_are_listed_by_the_names_of_filters(backend: Backend) -> None:
    """Without each of the named values, and with those of the other filters."""
    plain, kind, other = write(backend, [note("a"), note("b", kind="x"), note("c")])
    reply = note("d", seconds=1)
    reply.reply_to = other.id
    write(backend, [reply])
    for without, filters, expected in [
        (("kind",), None, [plain, other, reply]),
        (("reply",), None, [plain, kind, reply]),
        (("kind", "reply"), None, [plain, reply]),
        (("kind", "reply"), NoteFilter(is_pinned=True), [reply]),
        (("kind",), NoteFilter(reply="d"), [other]),
    ]:
        found = read(backend, requested(without=without, is_counted=True), filters)
        assert [each.id for each in found.rows] == [each.id for each in expected]
        assert found.total == Total(value=len(expected), exact=True)


@pytest.mark.parametrize("sort", ["title", "-title", "written_at", "-id"])
def test_items_without_a_value_come_in_pages_in_every_sort(backend: Backend, sort: str) -> None:
    kinds = ["x", None, None, None, "y"]
    written = write(backend, [note(kind=kind, seconds=n) for n, kind in enumerate(kinds)])
    found = read_all(backend, requested(sort, 1, without=("kind",)))
    assert [each.id for each in found] == in_order(written[1:4], sort)


@pytest.mark.parametrize(
    ("sort", "without", "sorted_by"),
    [
        ("title", ("kind",), "notes.kind, notes.title, notes.id"),
        ("-title", ("reply", "kind"), "notes.kind DESC, notes.title DESC, notes.id DESC"),
        ("written_at", ("kind",), "notes.written_at, notes.id"),
        ("title", (), "notes.title, notes.id"),
    ],
)
def test_an_index_that_begins_with_a_column_without_values_gives_the_order(
    backend: Backend, sort: str, without: tuple[str, ...], sorted_by: str
) -> None:
    """PostgreSQL uses such an index only for rows that are sorted by this column too."""
    statements: list[str] = []
    engine = backend.database.engine
    event.listen(engine, "before_cursor_execute", lambda *seen: statements.append(seen[2]))
    with backend.database.transaction() as session:
        NOTES.page(session, select(Note), paging=requested(sort, without=without))
    (statement,) = [" ".join(each.split()) for each in statements if "ORDER BY" in each]
    assert f" ORDER BY {sorted_by} LIMIT " in statement


@pytest.mark.parametrize(
    ("without", "names"), [(("kind",), ["kind"]), (("reply", "kind"), ["reply", "kind"])]
)
def test_a_filter_with_a_value_cannot_be_named_as_one_without(
    backend: Backend, without: tuple[str, ...], names: list[str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        read(backend, requested(without=without), NoteFilter(kind="x", reply="y", title="z"))
    faults = [(each.pointer, each.code, each.params["name"]) for each in refusal.value.faults]
    assert faults == [("query:without", "value_and_none", name) for name in names]


def test_an_empty_range_is_refused(backend: Backend) -> None:
    with pytest.raises(Invalid) as refusal:
        read(backend, requested(), NoteFilter(written_from=BEGINNING, written_before=BEGINNING))
    (fault,) = refusal.value.faults
    assert (fault.pointer, fault.code) == ("query:written_from", "empty_range")


def test_a_list_may_be_sorted_filtered_and_counted_by_columns_of_a_joined_table(
    backend: Backend,
) -> None:
    parents = write(backend, [note("b", kind="x"), note("a"), note("c", kind="y")])
    children = [note() for _ in parents]
    for child, parent in zip(children, parents, strict=True):
        child.reply_to = parent.id
    write(backend, children)
    above = aliased(Note)
    joined = Listing(
        id=Note.id,
        sorts={"parent": [above.title, Note.id]},
        default="parent",
        columns={"kind": above.kind},
        facets=("kind",),
    )
    statement = select(Note).join(above, above.id == Note.reply_to)
    paging = requested("parent", 2, is_counted=True, facets=("kind",))
    found = read(backend, paging, notes=joined, statement=statement)
    rest = read(backend, replace(paging, cursor=found.next), notes=joined, statement=statement)
    titles = {child.id: each.title for child, each in zip(children, parents, strict=True)}
    assert [titles[each.id] for each in (*found.rows, *rest.rows)] == ["a", "b", "c"]
    assert found.total == rest.total == Total(value=3, exact=True)
    (facet,) = found.facets or []
    assert [(one.value, one.count) for one in facet.values] == [("x", 1), ("y", 1), (None, 1)]
    only = read(backend, paging, NoteFilter(kind="y"), notes=joined, statement=statement)
    assert [titles[each.id] for each in only.rows] == ["c"]
