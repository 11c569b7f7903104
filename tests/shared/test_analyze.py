"""Tests of running ANALYZE for tables of PostgreSQL that have grown."""

from sqlalchemy import text

from shared.analyze import analyze_grown_tables
from tests.shared.backend import Backend

INSERT_PIECES = "INSERT INTO file_pieces (file_id, ordinal, data) SELECT gen_random_uuid(), 1, ''"


def _insert_rows(backend: Backend, rows: int) -> None:
    """Insert this number of rows and flush the statistics of PostgreSQL."""
    with backend.database.transaction() as session:
        session.execute(text(f"{INSERT_PIECES} FROM generate_series(1, {rows})"))
        session.execute(text("SELECT pg_stat_force_next_flush()"))


def test_a_table_is_analyzed_after_it_has_grown_tenfold(postgres_backend: Backend) -> None:
    """The table then has 900, 1100, 6100 and 13100 rows; an empty table counts as 100 rows."""
    analyzed = []
    for added_rows in (900, 200, 5000, 7000):
        _insert_rows(postgres_backend, added_rows)
        analyzed.append(analyze_grown_tables(postgres_backend.database, ["file_pieces", "inbox"]))
    assert analyzed == [[], ["file_pieces"], [], ["file_pieces"]]


def test_no_table_is_analyzed_on_sqlite(backend: Backend) -> None:
    if backend.database.is_sqlite:
        assert analyze_grown_tables(backend.database, ["file_pieces"]) == []
