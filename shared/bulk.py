"""Insert many rows at once: COPY on PostgreSQL, about five times as fast as INSERT."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from psycopg import sql
from sqlalchemy import JSON, Table, insert
from sqlalchemy.orm import Session

_WORTH_COPYING = 20


def insert_rows(session: Session, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns, in their order."""
    if not rows:
        return
    if len(rows) < _WORTH_COPYING or session.get_bind().dialect.name == "sqlite":
        session.execute(insert(table), rows)
        return
    _copy(session, getattr(table, "__table__", table), rows)


def _copy(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    names = list(rows[0])
    jsons = [name for name in names if isinstance(table.c[name].type, JSON)]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    session.flush()
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            values = dict(row)
            for name in jsons:
                values[name] = orjson.dumps(values[name]).decode()
            copy.write_row([values[name] for name in names])
