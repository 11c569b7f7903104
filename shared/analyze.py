"""What PostgreSQL's planner knows of tables that grow fast.

A fresh database has no statistics until autovacuum comes by, which is long after a first import:
until then every look-up reads its whole table, also by prepared statements.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, text

from shared.database import Database

_GROWN = text(
    "SELECT class.relname FROM pg_class AS class"
    " JOIN pg_stat_user_tables AS known ON known.relid = class.oid"
    " WHERE known.schemaname = current_schema() AND class.relname IN :names"
    " AND known.n_live_tup > 10 * greatest(class.reltuples, :least)"
    " ORDER BY class.relname"
).bindparams(bindparam("names", expanding=True))
_LEAST = 100


def analyze_grown_tables(database: Database, tables: Sequence[str]) -> list[str]:
    """Analyze those of these tables that have grown tenfold since somebody did; name them."""
    if database.is_sqlite:
        return []
    with database.connection() as connection:
        values = {"names": list(tables), "least": _LEAST}
        grown = list(connection.execute(_GROWN, values).scalars())
        for table in grown:
            connection.exec_driver_sql(f'ANALYZE "{table}"')
    return grown
