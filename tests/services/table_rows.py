"""Test rows for the tables of a database, generated from the types of the columns.

The rows fit any version of a schema, so that the tests of migrations need not know its tables.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from shared.database import Database

ROWS = 4

Contents = Mapping[str, Any]
"""Values by "table.column" for columns whose type alone does not say which values are valid."""
Snapshot = dict[str, dict[tuple[Any, ...], dict[str, Any]]]
"""The rows of each table by primary key; a row is a dictionary of values by column."""


def reflect(database: Database) -> sa.MetaData:
    """Return the tables that the database has now, except Alembic's table of versions."""
    metadata = sa.MetaData(schema=None if database.is_sqlite else database.schema)
    metadata.reflect(database.engine)
    metadata.remove(
        next(table for table in metadata.sorted_tables if table.name == "alembic_version")
    )
    return metadata


def fill(database: Database, contents: Contents) -> None:
    """Insert ROWS rows into every table, with kinds of data that may be difficult for a migration.

    The first row has NULL in every column that allows NULL. The last row repeats the values of the
    row before it in every column that need not be unique. Row n refers to row n of the other tables
    by its foreign keys.
    """
    with database.transaction() as session:
        for table in reflect(database).sorted_tables:
            session.execute(
                table.insert(), [_generate_row(table, n, contents) for n in range(ROWS)]
            )


def snapshot(database: Database) -> Snapshot:
    """Return all rows of all tables as they are now."""
    with database.reading() as session:
        return {
            table.name: {
                tuple(row[column.name] for column in table.primary_key): dict(row)
                for row in session.execute(table.select()).mappings()
            }
            for table in reflect(database).sorted_tables
        }


def lost_values(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """Yield "table" for each row that is lost and "table.column" for each value that has changed.

    Tables and columns that `after` does not contain were dropped on purpose.
    """
    for table in before.keys() & after.keys():
        for key, row in before[table].items():
            if (found := after[table].get(key)) is None:
                yield table
            else:
                shared_columns = row.keys() & found.keys()
                yield from (
                    f"{table}.{name}" for name in shared_columns if row[name] != found[name]
                )


def violations(database: Database) -> list[Any]:
    """Return the inconsistencies that the database finds: violated constraints, invalid indexes."""
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


def _generate_row(table: sa.Table, number: int, contents: Contents) -> dict[str, Any]:
    """Return the values of row `number` of a table, by column."""
    key_columns = _columns_of_keys(table)
    row = {}
    for column in table.columns:
        repeats_previous_row = number == ROWS - 1 and column.name not in key_columns
        source_row = number - 1 if repeats_previous_row else number
        is_null = number == 0 and column.nullable
        row[column.name] = None if is_null else _value(column, source_row, contents)
    return row


def _columns_of_keys(table: sa.Table) -> set[str]:
    """Return the columns of unique keys and of foreign keys that consist of several columns.

    Their values must not be repeated from another row.
    """
    keys: list[Any] = [table.primary_key]
    keys += [index for index in table.indexes if index.unique]
    keys += [key for key in table.constraints if isinstance(key, sa.UniqueConstraint)]
    keys += [key for key in table.foreign_key_constraints if len(key.columns) > 1]
    return {column.name for key in keys for column in key.columns}


def _value(column: sa.Column[Any], number: int, contents: Contents) -> Any:
    """Return the value of a column in row `number`; values of different rows differ.

    A foreign key has the value of the column that it refers to.
    """
    if column.foreign_keys:
        return _value(next(iter(column.foreign_keys)).column, number, contents)
    given = contents.get(f"{column.table.name}.{column.name}")
    return _value_by_type(column, number) if given is None else given


def _value_by_type(column: sa.Column[Any], number: int) -> Any:
    """Return a value of the type of the column; raise NotImplementedError for an unknown type."""
    for type_, generate in _GENERATORS:
        if isinstance(column.type, type_):
            return generate(column.type, number)
    raise NotImplementedError(f"{column.table.name}.{column.name} has the type {column.type!r}")


def _text(type_: Any, number: int) -> str:
    """Return a text that fits the column.

    SQLite has UUIDs in columns of type CHAR(32) and exact numbers in TEXT without a length.
    """
    if isinstance(type_, sa.CHAR) and type_.length == len(UUID(int=0).hex):
        return UUID(int=number + 1).hex
    return f"text {number}"[-type_.length :] if type_.length else f"{number}.5"


def _moment(type_: Any, number: int) -> datetime:
    """Return a moment that differs for each row, with a time zone if the column has one."""
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
"""For each type, a function of the type and the row number that returns a value.

    The first entry is used whose type is a superclass of the column's type.
    """
