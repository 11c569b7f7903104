"""Tests that the tables have the indexes which the declared lists need."""

import importlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Dialect, String, Table
from sqlalchemy.dialects import postgresql

from shared.database import has_index
from shared.http import cursors
from shared.http.listing import Listing
from shared.http.pagination import LONGEST_CURSOR
from shared.packages import module_names

_POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
LONGEST_VALUES: dict[type, Any] = {
    UUID: UUID(int=0),
    datetime: datetime(2026, 1, 31, 9, 30, 0, 123456, tzinfo=UTC),
    date: date(2026, 1, 31),
    Decimal: -Decimal("9" * 15 + "." + "9" * 6),
    int: -(2**63),
}
"""A value that is as long as any in a cursor, by the type of the column; texts are not listed."""
SERVICES = ("registry", "survey", "scoring", "gateway")


def listings(service: str) -> Iterator[tuple[str, Listing]]:
    """Yield every list that a repository of a service declares, with its name."""
    for name in module_names(importlib.import_module(f"services.{service}"), "repository"):
        for constant, value in vars(importlib.import_module(name)).items():
            if isinstance(value, Listing):
                yield f"{name}.{constant}", value


def parents(table: Table) -> list[str]:
    """Return the columns with the id of a parent, whose children one list shows."""
    return [column.key for column in table.columns if column.key.endswith("_id")]


@pytest.mark.parametrize("service", SERVICES)
def test_an_index_has_the_columns_of_each_sort(service: str) -> None:
    """The index for a noun that belongs to a parent may begin with the id of the parent."""
    found = [*listings(service)]
    assert found
    missing = [
        f"{name} {sort}"
        for name, listing in found
        for sort, columns in listing.sorts.items()
        if (keys := [column.key for column in columns])
        and not has_index((table := columns[0].class_.__table__), keys)
        and not any(has_index(table, [parent, *keys]) for parent in parents(table))
    ]
    assert missing == []


@pytest.mark.parametrize("service", SERVICES)
def test_indexes_lead_with_owner_and_team_where_rows_have_them(service: str) -> None:
    """The list of a key with `rows: own` or `rows: team` is then as quick as that of all rows."""
    missing = [
        f"{name} {sort} {limit}"
        for name, listing in listings(service)
        for sort, columns in listing.sorts.items()
        for limit in ("owner", "team")
        if {"owner", "team"} <= set((table := columns[0].class_.__table__).columns.keys())
        and not has_index(table, [limit, *(column.key for column in columns)])
    ]
    assert missing == []


@pytest.mark.parametrize("service", SERVICES)
def test_text_by_which_a_list_is_sorted_sorts_alike_on_both_databases(service: str) -> None:
    wrong = [
        f"{name} {sort} {column.key}"
        for name, listing in listings(service)
        for sort, columns in listing.sorts.items()
        for column in columns
        if isinstance(column.type, String) and 'COLLATE "C"' not in column.type.compile(_POSTGRESQL)
    ]
    assert wrong == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_longest_cursor_of_each_list_is_accepted(service: str) -> None:
    too_long = [
        f"{name} {sort}"
        for name, listing in listings(service)
        for sort, columns in listing.sorts.items()
        if len(cursors.encode([*map(longest_value, columns)], "list")) > LONGEST_CURSOR
    ]
    assert too_long == []


def longest_value(column: Any) -> Any:
    """Return a value of a column that makes a cursor as long as possible.

    A control character is written as six characters in a cursor, and no character as more.
    """
    python_type = column.type.python_type
    return "\x01" * column.type.length if python_type is str else LONGEST_VALUES[python_type]
