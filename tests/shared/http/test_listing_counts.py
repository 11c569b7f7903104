"""Tests of the totals and facets of lists, on both databases."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from shared.http import listing
from shared.http.schemas import Total
from tests.shared.backend import Backend
from tests.shared.http.notes import NOTES, Model, Note, NoteFilter
from tests.shared.http.test_listing import note, read, requested, write


@pytest.fixture
def backend(backend: Backend) -> Backend:
    """Return the backend with the empty table of notes."""
    Model.metadata.create_all(backend.database.engine)
    return backend


def test_the_items_of_the_facet_value_null_are_those_without_a_value(backend: Backend) -> None:
    write(backend, [note(kind=kind) for kind in ("x", None, None)])
    (facet,) = read(backend, requested(without=("kind",), facets=("kind",))).facets or []
    assert [(one.value, one.count) for one in facet.values] == [(None, 2)]


def test_total_and_facets_may_be_counted_without_a_join_that_only_the_sort_needs(
    backend: Backend,
) -> None:
    write(backend, [note("a", kind="x"), note("b", kind="y")])
    paging = requested(is_counted=True, facets=("kind",))
    statement = select(Note).where(Note.title == "a")
    with backend.database.reading() as session:
        found = NOTES.page(session, statement, paging=paging, counted=select(Note))
        filtered = NOTES.page(
            session, statement, paging=paging, counted=select(Note), filters=NoteFilter(kind="y")
        )
    assert ([each.title for each in found.rows], found.total) == (["a"], Total(value=2, exact=True))
    assert filtered.total == Total(value=1, exact=True)
    (facet,) = filtered.facets or []
    assert [(one.value, one.count) for one in facet.values] == [("y", 1)]


def test_facets_are_sorted_by_count_then_value_and_written_as_in_the_query(
    backend: Backend,
) -> None:
    write(backend, [note(kind=kind, seconds=kind == "b") for kind in ("b", "A", None, "b", "b")])
    kinds, pinned = read(backend, requested(facets=("kind", "pinned"))).facets or []
    assert [(one.value, one.count) for one in kinds.values] == [("b", 3), ("A", 1), (None, 1)]
    assert [(one.value, one.count) for one in pinned.values] == [("true", 3), ("false", 2)]
    assert (kinds.field, pinned.field) == ("kind", "pinned")


def test_total_and_facets_are_absent_unless_requested(backend: Backend) -> None:
    write(backend, [note()])
    found = read(backend, requested())
    assert (found.total, found.facets) == (None, None)
    assert read(backend, requested(facets=("kind",))).total is None
    assert read(backend, requested(is_counted=True)).facets is None


@pytest.mark.parametrize(("rows", "counted"), [(2, 2), (3, 3), (4, 3)])
def test_a_total_beyond_the_bound_is_a_lower_bound_and_facets_add_up_to_it(
    backend: Backend, monkeypatch: pytest.MonkeyPatch, rows: int, counted: int
) -> None:
    monkeypatch.setattr(listing, "MOST_COUNTED", 3)
    write(backend, [note(kind="a") for _ in range(rows)])
    found = read(backend, requested(limit=1, is_counted=True, facets=("kind",)))
    assert found.total == Total(value=counted, exact=counted == rows)
    (facet,) = found.facets or []
    assert facet.exact is found.total.exact
    assert sum(one.count for one in facet.values) == counted


def test_the_total_of_a_later_page_is_that_of_the_whole_list(backend: Backend) -> None:
    write(backend, [note() for _ in range(3)])
    paging = requested(limit=2, is_counted=True)
    first = read(backend, paging)
    assert read(backend, replace(paging, cursor=first.next)).total == first.total
