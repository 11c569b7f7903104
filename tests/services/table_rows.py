"""Rows for the tables of a database at any version, generated from the types of its columns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from shared.database import Database

ROWS = 4

Contents = Mapping[str, Any]
"""Values that a type alone does not tell, as "table.column": "orders.state"."""
Snapshot = dict[str, dict[tuple[Any, ...], dict[str, Any]]]
"""The rows of each table, by primary key and then by column."""


def reflect(database: Database) -> sa.MetaData:
    """Return the tables that the database has now, Alembic's own left out."""
    metadata = sa.MetaData(schema=None if database.is_sqlite else database.schema)
    metadata.reflect(database.engine)
    metadata.remove(next(t for t in metadata.sorted_tables if t.name == "alembic_version"))
    return metadata


def fill(database: Database, contents: Contents) -> None:
    """Insert ROWS rows into every table: what a migration may meet in a company's database.

    The first has NULL in every column that allows it. Row n refers to row n of the tables that its
    foreign keys point at, and the last repeats the values of the one before in every column that
    need not be unique.
    """
    with database.transaction() as session:
        for table in reflect(database).sorted_tables:
            session.execute(table.insert(), [_row(table, n, contents) for n in range(ROWS)])


def snapshot(database: Database) -> Snapshot:
    """Return all rows as they are stored now."""
    with database.reading() as session:
        return {
            table.name: {
                tuple(row[column.name] for column in table.primary_key): dict(row)
                for row in session.execute(table.select()).mappings()
            }
            for table in reflect(database).sorted_tables
        }


def losses(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """Yield "table" for each row that is missing and "table.column" for each value that differs.

    Tables and columns that `after` does not have were dropped on purpose.
    """
    for table in before.keys() & after.keys():
        for key, row in before[table].items():
            if (found := after[table].get(key)) is None:
                yield table
            else:
                shared_columns = row.keys() & found.keys()
                yield from (f"{table}.{c}" for c in shared_columns if row[c] != found[c])


def violations(database: Database) -> list[Any]:
    """Return what the database itself finds wrong: rows that break constraints, invalid indexes."""
    with database.connection() as connection:
        if database.is_sqlite:
            checked = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            return [line for line in checked if line != "ok"] + list(orphans)
        invalid = sa.text(
            "SELECT conname FROM pg_constraint"
            " WHERE NOT convalidated AND connamespace = current_schema()::regnamespace"
            " UNION ALL SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
            " WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace"
        )
        return list(connection.execute(invalid).all())


def _row(table: sa.Table, number: int, contents: Contents) -> dict[str, Any]:
    distinct = _distinct(table)
    row = {}
    for column in table.columns:
        source = number - (number == ROWS - 1 and column.name not in distinct)
        is_null = number == 0 and column.nullable
        row[column.name] = None if is_null else _value(column, source, contents)
    return row


def _distinct(table: sa.Table) -> set[str]:
    """Return the columns of unique keys, and those that refer to another table together."""
    keys: list[Any] = [table.primary_key]
    keys += [index for index in table.indexes if index.unique]
    keys += [key for key in table.constraints if isinstance(key, sa.UniqueConstraint)]
    keys += [key for key in table.foreign_key_constraints if len(key.columns) > 1]
    return {column.name for key in keys for column in key.columns}


def _value(column: sa.Column[Any], number: int, contents: Contents) -> Any:
    """Return the value of a column in the row with this number; it differs from row to row."""
    if column.foreign_keys:
        return _value(next(iter(column.foreign_keys)).column, number, contents)
    given = contents.get(f"{column.table.name}.{column.name}")
    return _by_type(column, number) if given is None else given


def _by_type(column: sa.Column[Any], number: int) -> Any:
    for type_, generate in _GENERATORS:
        if isinstance(column.type, type_):
            return generate(column.type, number)
    raise NotImplementedError(f"{column.table.name}.{column.name} has the type {column.type!r}")


def _text(type_: Any, number: int) -> str:
    """Return text that fits; SQLite also stores UUIDs as CHAR(32) and exact numbers as TEXT."""
    if isinstance(type_, sa.CHAR) and type_.length == len(UUID(int=0).hex):
        return UUID(int=number + 1).hex
    return f"text {number}"[-type_.length :] if type_.length else f"{number}.5"


def _moment(type_: Any, number: int) -> datetime:
    moment = datetime(2026, 1, 1 + number, tzinfo=UTC)
    return moment if type_.timezone else moment.replace(tzinfo=None)


_GENERATORS: Sequence[tuple[type[Any], Callable[[Any, int], Any]]] = (
    (sa.Uuid, lambda _, number: UUID(int=number + 1)),
    (sa.String, _text),
    (sa.JSON, lambda *_: {}),
    (sa.DateTime, _moment),
    (sa.Date, lambda _, number: date(2026, 1, 1 + number)),
    (sa.LargeBinary, lambda _, number: bytes([number])),
    (sa.Boolean, lambda _, number: bool(number % 2)),
    (sa.Integer, lambda _, number: 100 + number),
    (sa.Numeric, lambda _, number: Decimal(f"{number}.5")),
)
"""How a value of a type is generated for the row with a number; the first that fits."""
