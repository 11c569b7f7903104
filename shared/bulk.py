"""Statements for many rows: insert them by COPY, lock them, select them by a list of values."""

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

Locked = TypeVar("Locked")

_MIN_ROWS_TO_COPY = 20


def insert_rows(session: Session, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, which must all have the same columns in the same order.

    On PostgreSQL, 20 or more rows are inserted by COPY, which is about five times as fast as
    INSERT.
    """
    if not rows:
        return
    core_table = getattr(table, "__table__", table)  # inserts through the ORM take twice as long
    if len(rows) < _MIN_ROWS_TO_COPY or is_sqlite(session):
        session.execute(insert(core_table), rows)
        return
    _copy(session, core_table, rows)


def lock_or_create(
    session: Session,
    table: Any,
    ids: Collection[UUID],
    *,
    select_locked: Callable[[Session, Collection[UUID]], dict[UUID, Locked]],
    new_row: Callable[[UUID], Mapping[str, Any]],
) -> dict[UUID, Locked]:
    """Lock the rows with these ids until the transaction ends; missing rows are created first.

    `select_locked` selects existing rows FOR UPDATE and returns them by id; `new_row` returns the
    column values of a row to create. Returns the locked rows by id.
    """
    locked = select_locked(session, ids) if ids else {}
    if missing := sorted(set(ids) - locked.keys()):
        rows = [dict(new_row(id_)) for id_ in missing]
        session.execute(dialect_insert(session, table).on_conflict_do_nothing(), rows)
        locked |= select_locked(session, missing)
    return locked


def _copy(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows by COPY, on the connection and in the transaction of the session."""
    columns = list(rows[0])
    json_columns = [column for column in columns if isinstance(table.c[column].type, JSON)]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    session.flush()
    driver: Any = session.connection().connection.driver_connection
    try:
        _write_rows(driver, statement, rows, json_columns)
    except psycopg.Error as error:
        raise _as_sqlalchemy_error(error, statement.as_string()) from error


def _write_rows(
    driver: Any,
    statement: sql.Composed,
    rows: Sequence[dict[str, Any]],
    json_columns: Sequence[str],
) -> None:
    """Execute the COPY statement and write rows to it; values of JSON columns are encoded."""
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            encoded = {column: orjson.dumps(row[column]).decode() for column in json_columns}
            copy.write_row(list((row | encoded if json_columns else row).values()))


def _as_sqlalchemy_error(error: psycopg.Error, statement: str) -> Exception:
    """Return the exception that SQLAlchemy raises for this error of the driver."""
    return DBAPIError.instance(statement, None, error, psycopg.Error, hide_parameters=True)


def any_of(
    session: Session, column: Any, values: Collection[UUID] | Collection[str]
) -> ColumnElement[bool]:
    """Return the SQL condition that a column has one of many values.

    The values are sent as one parameter. With 500 parameters, parsing the statement would take
    longer than executing it, and SQLite allows at most 32 766 parameters.
    """
    condition: ColumnElement[bool]
    if is_sqlite(session):
        texts = [value.hex if isinstance(value, UUID) else value for value in values]
        elements = func.json_each(orjson.dumps(texts).decode()).table_valued("value")
        condition = column.in_(select(elements.c.value))
    else:
        condition = column == any_(bindparam(None, list(values), ARRAY(column.type), unique=True))
    return condition


def any_pair_of(
    session: Session, first_column: Any, second_column: Any, pairs: Iterable[tuple[str, str]]
) -> ColumnElement[bool]:
    """Return the SQL condition that two columns have one of many pairs of values.

    A pair is, for example, (system, external id). The condition has a part for each different
    first value, so the pairs should have few different first values.
    """
    second_values: dict[str, list[str]] = {}
    for first, second in pairs:
        second_values.setdefault(first, []).append(second)
    conditions = [
        and_(first_column == first, any_of(session, second_column, values))
        for first, values in second_values.items()
    ]
    return or_(false(), *conditions)
