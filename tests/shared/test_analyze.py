"""Tables that have grown fast are analyzed by who made them grow, on PostgreSQL."""

from sqlalchemy import text

from shared.analyze import analyze_grown_tables
from tests.shared.backend import Backend

PIECES = "INSERT INTO file_pieces (file_id, ordinal, data) SELECT gen_random_uuid(), 1, ''"


def _grow(backend: Backend, rows: int) -> None:
    with backend.database.transaction() as session:
        session.execute(text(f"{PIECES} FROM generate_series(1, {rows})"))
        session.execute(text("SELECT pg_stat_force_next_flush()"))


def test_a_table_is_analyzed_when_it_has_grown_tenfold(postgres_backend: Backend) -> None:
    found = []
    for rows in (900, 200, 5000, 7000):
        _grow(postgres_backend, rows)
        found.append(analyze_grown_tables(postgres_backend.database, ["file_pieces", "inbox"]))
    assert found == [[], ["file_pieces"], [], ["file_pieces"]]


def test_sqlite_needs_none(backend: Backend) -> None:
    if backend.database.is_sqlite:
        assert analyze_grown_tables(backend.database, ["file_pieces"]) == []
