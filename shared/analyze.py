"""ANALYZE for tables of PostgreSQL that grow fast.

A new database has no statistics until autovacuum runs, which is long after the first import. Until
then the planner reads a whole table for every lookup, in prepared statements too.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, text

from shared.database import Database

_GROWN = text(
    "SELECT class.relname FROM pg_class AS class"
    " JOIN pg_stat_user_tables AS stats ON stats.relid = class.oid"
    " WHERE stats.schemaname = current_schema() AND class.relname IN :names"
    " AND stats.n_live_tup > 10 * greatest(class.reltuples, :min_rows)"
    " ORDER BY class.relname"
).bindparams(bindparam("names", expanding=True))
_MIN_ROWS = 100


def analyze_grown_tables(database: Database, tables: Sequence[str]) -> list[str]:
    """Analyze the tables that have grown tenfold since they were last analyzed; return their names.

    On SQLite nothing happens.
    """
    if database.is_sqlite:
        return []
    with database.connection() as connection:
        values = {"names": list(tables), "min_rows": _MIN_ROWS}
        grown = list(connection.execute(_GROWN, values).scalars())
        for table in grown:
            connection.exec_driver_sql(f'ANALYZE "{table}"')
    return grown
