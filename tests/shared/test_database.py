"""PostgreSQL and SQLite store values alike, and outages are distinguished from other errors."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Index, String, delete, event, func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.bulk import insert_rows
from shared.database import (
    Exact,
    Json,
    Moment,
    begins_with,
    is_outage,
    new_metadata,
    prefix_range,
    sorted_text,
)
from tests.shared.backend import Backend


class Model(DeclarativeBase):
    """The base class of the tables of these tests."""

    metadata = new_metadata()


class Row(Model):
    """A row with a column of each special type."""

    __tablename__ = "rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[Decimal | None] = mapped_column(Exact)
    moment: Mapped[datetime | None] = mapped_column(Moment)
    things: Mapped[Any] = mapped_column(Json)


class Word(Model):
    """A text with an index for searches by its beginning."""

    __tablename__ = "words"

    text: Mapped[str] = mapped_column(String(60), primary_key=True)
    copy: Mapped[str] = mapped_column(sorted_text(60), index=True)


Index("ix_words_prefix", Word.text, postgresql_ops={"text": "varchar_pattern_ops"})


@pytest.fixture
def backend(backend: Backend) -> Backend:
    """Return the backend with the tables of these tests."""
    Model.metadata.create_all(backend.database.engine)
    return backend


def test_exact_numbers_and_times_are_read_as_they_were_stored(backend: Backend) -> None:
    east = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    amount = Decimal("12345678901234.100000")
    rows = [{"id": n, "amount": amount, "moment": east, "things": {"名": [1]}} for n in range(30)]
    with backend.database.transaction() as session:
        insert_rows(session, Row, rows)
    with backend.database.reading() as session:
        stored = session.scalars(select(Row)).all()
    assert {str(row.amount) for row in stored} == {"12345678901234.100000"}
    assert {row.moment for row in stored} == {datetime(2026, 1, 1, tzinfo=UTC)}
    assert stored[0].things == {"名": [1]}


TEXTS = st.text(st.sampled_from("aAb%_/\\\ud7ff\ue000汉😀\U0010ffff"), min_size=1, max_size=4)


@settings(max_examples=50, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(TEXTS, unique=True, max_size=20), prefix=TEXTS)
@example(texts=["ab", "Ab", "a%"], prefix="a")
@example(texts=["ab", "a%b"], prefix="a%")
def test_texts_that_begin_with_a_prefix_are_found_in_their_case(
    backend: Backend, texts: list[str], prefix: str
) -> None:
    with backend.database.transaction() as session:
        session.execute(delete(Word))
        insert_rows(session, Word, [{"text": each, "copy": each} for each in texts])
    with backend.database.reading() as session:
        found = [
            session.scalars(select(Word.text).where(condition)).all()
            for condition in (begins_with(Word.text, prefix), prefix_range(Word.copy, prefix))
        ]
    expected = sorted(each for each in texts if each.startswith(prefix))
    assert [sorted(each) for each in found] == [expected, expected]


@pytest.mark.parametrize("column", ["text", "copy"])
def test_a_prefix_is_looked_up_in_an_index(backend: Backend, column: str) -> None:
    """PostgreSQL would read a table that is so small as a whole; here it may not."""
    conditions = {
        "text": begins_with(Word.text, "a%_b"),
        "copy": prefix_range(Word.copy, "a%_b"),
    }
    statement = select(getattr(Word, column)).where(conditions[column])
    explain = "EXPLAIN QUERY PLAN" if backend.database.is_sqlite else "EXPLAIN"
    with backend.database.transaction() as session:
        if not backend.database.is_sqlite:
            session.execute(text("SET LOCAL enable_seqscan = off"))
        written = statement.compile(session.connection(), compile_kwargs={"literal_binds": True})
        plan = session.connection().exec_driver_sql(f"{explain} {written}".replace("%", "%%"))
        lines = "\n".join(map(str, plan.all()))
    assert re.search(
        rf"SEARCH words USING .*{column}>\? AND {column}<\?|Index Cond: .*>=.*<", lines
    ), lines


def test_transactions_that_write_wait_for_each_other(backend: Backend) -> None:
    """Forty transactions add 1. A transaction of SQLite that takes its lock late would fail."""

    def add_one(_: int) -> None:
        with backend.database.transaction() as session:
            row = session.get(Row, 1, with_for_update=True)
            assert row is not None
            assert row.amount is not None
            row.amount += 1

    with backend.database.transaction() as session:
        session.add(Row(id=1, amount=Decimal(0), things=None))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(40)))
    with backend.database.reading() as session:
        assert session.get_one(Row, 1).amount == 40


def test_no_connection_is_closed_while_60_threads_use_the_database(backend: Backend) -> None:
    """Connections beyond the pool's size would be opened and closed for each use."""
    closed: list[Any] = []
    event.listen(backend.database.engine, "close", lambda connection, _: closed.append(connection))

    def read(_: int) -> None:
        with backend.database.transaction() as session:
            assert session.scalar(select(func.count()).select_from(Row)) == 0

    with ThreadPoolExecutor(60) as pool:
        list(pool.map(read, range(300)))
    assert not closed


def raised_error(backend: Backend, statement: str) -> DBAPIError:
    """Execute a statement that fails, and return the error that it raises."""
    with pytest.raises(DBAPIError) as error, backend.database.transaction() as session:
        session.execute(text(statement))
    return error.value


def test_a_missing_table_is_an_outage(backend: Backend) -> None:
    """A process may start before the migration that creates the table."""
    assert is_outage(raised_error(backend, "SELECT 1 FROM nothing"))


INVALID = ["INSERT INTO rows (id) VALUES (NULL)", "INSERT INTO rows (id) VALUES (1), (1)"]


@pytest.mark.parametrize("statement", INVALID)
def test_a_violated_constraint_is_no_outage(backend: Backend, statement: str) -> None:
    if backend.database.is_sqlite and "NULL" in statement:
        statement = "INSERT INTO rows (id) VALUES ('no number')"
    assert not is_outage(raised_error(backend, statement))


SERVER_ERRORS = [
    ("RAISE EXCEPTION USING ERRCODE = '40P01'", True),  # deadlock
    ("RAISE EXCEPTION USING ERRCODE = '55P03'", True),  # lock not available
    ("RAISE EXCEPTION USING ERRCODE = '25006'", True),  # read-only server
    ("RAISE EXCEPTION USING ERRCODE = '57P01'", True),  # shutdown of the server
    ("RAISE EXCEPTION USING ERRCODE = '53300'", True),  # too many connections
    ("RAISE EXCEPTION USING ERRCODE = '42501'", True),  # missing permission
    ("RAISE EXCEPTION USING ERRCODE = '54000'", False),  # limit of the server exceeded
    ("RAISE EXCEPTION USING ERRCODE = '22001'", False),  # text too long
    ("RAISE EXCEPTION USING ERRCODE = '23505'", False),  # value not unique
]


@pytest.mark.parametrize(("raise_error", "outage"), SERVER_ERRORS)
def test_the_sqlstate_of_postgresql_decides_whether_an_error_is_an_outage(
    postgres_backend: Backend, raise_error: str, *, outage: bool
) -> None:
    """A retry helps after a deadlock or a shutdown, but not with a value that is too long."""
    error = raised_error(postgres_backend, f"DO $$ BEGIN {raise_error}; END $$")
    assert is_outage(error) is outage


def test_an_error_of_the_postgresql_copy_command_is_raised_as_an_sqlalchemy_error(
    postgres_backend: Backend,
) -> None:
    backend = postgres_backend
    Model.metadata.create_all(backend.database.engine)
    # Thirty rows are enough for COPY; they all have the same id, so the command fails.
    rows = [{"id": 1, "amount": None, "moment": None, "things": None} for _ in range(30)]
    with pytest.raises(DBAPIError) as error, backend.database.transaction() as session:
        insert_rows(session, Row, rows)
    assert not is_outage(error.value)


def test_the_text_of_a_database_error_does_not_contain_values(backend: Backend) -> None:
    rows = [{"id": 1, "things": "王小明"}, {"id": 1, "things": "王小明"}]
    with pytest.raises(DBAPIError) as error, backend.database.transaction() as session:
        session.execute(insert(Row), rows)
    assert "王小明" not in str(error.value)


def test_several_processes_can_create_the_embedded_log_at_the_same_time(tmp_path: Path) -> None:
    """Six processes start, wait for a line of input, and then open the same new file."""
    program = "import sys; from pathlib import Path; import shared.messaging.log.embedded as e\n"
    program += "sys.stdin.readline(); [e.EmbeddedLog(Path(sys.argv[1])).close() for _ in range(5)]"
    command = [sys.executable, "-c", program, str(tmp_path / "log.db")]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, env=os.environ, text=True)
        for _ in range(6)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.close()
    assert [process.wait(60) for process in processes] == [0] * 6
