"""Tables that have grown fast are analyzed by who made them grow, on PostgreSQL."""

from sqlalchemy import text

from shared.analyze import analyze_grown
from tests.shared.kit import Kit

PIECES = "INSERT INTO file_pieces (file_id, ordinal, data) SELECT gen_random_uuid(), 1, ''"


def _grow(kit: Kit, rows: int) -> None:
    with kit.database.transaction() as session:
        session.execute(text(f"{PIECES} FROM generate_series(1, {rows})"))
        session.execute(text("SELECT pg_stat_force_next_flush()"))


def test_a_table_is_analyzed_when_it_has_grown_tenfold(postgres_kit: Kit) -> None:
    found = []
    for rows in (900, 200, 5000, 7000):
        _grow(postgres_kit, rows)
        found.append(analyze_grown(postgres_kit.database, ["file_pieces", "inbox"]))
    assert found == [[], ["file_pieces"], [], ["file_pieces"]]


def test_sqlite_needs_none(kit: Kit) -> None:
    if kit.database.is_sqlite:
        assert analyze_grown(kit.database, ["file_pieces"]) == []
