"""Many rows at once: inserted by COPY on PostgreSQL, found by one parameter."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

import orjson
import psycopg
from psycopg import sql
from sqlalchemy import (
    JSON,
    ColumnElement,
    Table,
    and_,
    any_,
    bindparam,
    false,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared.database import dialect_insert, is_sqlite

Held = TypeVar("Held")

_WORTH_COPYING = 20


def insert_rows(session: Session, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that all have the same columns in the same order, as many as there are.

    COPY is about five times as fast as INSERT.
    """
    if not rows:
        return
    plain = getattr(table, "__table__", table)  # as objects of a class they cost twice as much
    if len(rows) < _WORTH_COPYING or is_sqlite(session):
        session.execute(insert(plain), rows)
        return
    _copy(session, plain, rows)


def lock_or_create(
    session: Session,
    table: Any,
    ids: Collection[UUID],
    *,
    locked: Callable[[Session, Collection[UUID]], dict[UUID, Held]],
    blank: Callable[[UUID], Mapping[str, Any]],
) -> dict[UUID, Held]:
    """Lock rows by id until the transaction ends; those that are not there are made first."""
    held = locked(session, ids) if ids else {}
    if unheard := sorted(set(ids) - held.keys()):
        rows = [dict(blank(id_)) for id_ in unheard]
        session.execute(dialect_insert(session, table).on_conflict_do_nothing(), rows)
        held |= locked(session, unheard)
    return held


def _copy(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    names = list(rows[0])
    jsons = [name for name in names if isinstance(table.c[name].type, JSON)]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    session.flush()
    driver: Any = session.connection().connection.driver_connection
    try:
        _write(driver, statement, rows, jsons)
    except psycopg.Error as error:
        raise _translated(error, statement.as_string()) from error


def _write(
    driver: Any, statement: sql.Composed, rows: Sequence[dict[str, Any]], jsons: Sequence[str]
) -> None:
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            written = {name: orjson.dumps(row[name]).decode() for name in jsons}
            copy.write_row(list((row | written if jsons else row).values()))


def _translated(error: psycopg.Error, statement: str) -> Exception:
    """Give the error that the same failure has where SQLAlchemy speaks to the driver."""
    return DBAPIError.instance(statement, None, error, psycopg.Error, hide_parameters=True)


def any_of(
    session: Session, column: Any, values: Collection[UUID] | Collection[str]
) -> ColumnElement[bool]:
    """Match any of many ids or codes, sent as one parameter.

    With 500 placeholders the reading of the statement costs more than the statement, and SQLite
    takes 32 766 at most.
    """
    found: ColumnElement[bool]
    if is_sqlite(session):
        written = [value.hex if isinstance(value, UUID) else value for value in values]
        listed = orjson.dumps(written).decode()
        each = func.json_each(listed).table_valued("value")
        found = column.in_(select(each.c.value))
    else:
        found = column == any_(bindparam(None, list(values), ARRAY(column.type), unique=True))
    return found


def any_pair_of(
    session: Session, first: Any, second: Any, pairs: Iterable[tuple[str, str]]
) -> ColumnElement[bool]:
    """Match any of many pairs whose first parts are few, such as (system, external id)."""
    grouped: dict[str, list[str]] = {}
    for one, other in pairs:
        grouped.setdefault(one, []).append(other)
    each = [and_(first == one, any_of(session, second, others)) for one, others in grouped.items()]
    return or_(false(), *each)
