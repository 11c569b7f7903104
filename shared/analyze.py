"""ANALYZE for tables of PostgreSQL that grow fast.

A new database has no statistics until autovacuum runs, which is long after the first import. Until
then the planner of PostgreSQL chooses to read the whole table for every lookup.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, text

from shared.database import Database

_SELECT_GROWN_TABLES = text(
    "SELECT class.relname FROM pg_class AS class"
    " JOIN pg_stat_user_tables AS stats ON stats.relid = class.oid"
    " WHERE stats.schemaname = current_schema() AND class.relname IN :names"
    " AND stats.n_live_tup > 10 * greatest(class.reltuples, :min_rows)"
    " ORDER BY class.relname"
).bindparams(bindparam("names", expanding=True))
_MIN_ROWS = 100
"""A table with fewer rows at its last ANALYZE is compared as if it had had this number of rows."""


def analyze_grown_tables(database: Database, tables: Sequence[str]) -> list[str]:
    """Run ANALYZE on those of `tables` that have grown tenfold since their last ANALYZE.

    Returns the names of these tables. On SQLite nothing happens.
    """
    if database.is_sqlite:
        return []
    with database.connection() as connection:
        parameters = {"names": list(tables), "min_rows": _MIN_ROWS}
        grown_tables = list(connection.execute(_SELECT_GROWN_TABLES, parameters).scalars())
        for table in grown_tables:
            connection.exec_driver_sql(f'ANALYZE "{table}"')
    return grown_tables
