"""Tests of running migrations: no rows are lost, and an interrupted backfill can be continued."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from shared import migrations
from shared.database import Database
from tests.shared.backend import Backend

ROOT = Path(__file__).parents[2]
ENV = """
from sqlalchemy import MetaData
from shared import migrations
migrations.run(MetaData())
"""
"""The file `env.py` of the migrations in these tests."""
CREATE_TABLES = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "1", None
def upgrade():
    op.create_table("parents", sa.Column("id", sa.Integer, primary_key=True),
                    sa.Column("name", sa.String(10)))
    op.create_table("children", sa.Column("id", sa.Integer, primary_key=True), sa.Column(
        "parent_id", sa.Integer, sa.ForeignKey("parents.id", ondelete="CASCADE")))
def downgrade():
    op.drop_table("children")
    op.drop_table("parents")
"""
"""The first migration: it creates the tables `parents` and `children`."""
CHANGE_PARENTS = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "2", "1"
def upgrade():
    with op.batch_alter_table("parents") as parents:
        parents.alter_column("name", type_=sa.String(20), existing_type=sa.String(10))
def downgrade():
    pass
"""


"""The second migration: it changes a column of the table to which `children` refers."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two migrations, which were not run yet."""
    return write_migrations(tmp_path / "migrations", CREATE_TABLES, CHANGE_PARENTS)


def write_migrations(folder: Path, *versions: str) -> Path:
    """Write these migrations, with the versions 1, 2, ..., and return their folder."""
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(ENV)
    for number, version in enumerate(versions, 1):
        (folder / "versions" / f"{number}.py").write_text(version)
    return folder


def count_rows(database: Database, table: str) -> int:
    """Return the number of rows of a table."""
    with database.connection() as connection:
        statement = sa.select(sa.func.count()).select_from(sa.table(table))
        return connection.execute(statement).scalar_one()


def test_changing_a_table_preserves_the_rows_that_refer_to_it(
    backend: Backend, folder: Path
) -> None:
    """SQLite copies the table and drops the old one, which could delete those rows by cascade."""
    migrations.upgrade(backend.database, folder, to="1")
    with backend.database.transaction() as session:
        session.execute(sa.text("INSERT INTO parents VALUES (1, 'a')"))
        session.execute(sa.text("INSERT INTO children VALUES (1, 1)"))
    migrations.upgrade(backend.database, folder)
    assert count_rows(backend.database, "parents") == 1
    assert count_rows(backend.database, "children") == 1
    with backend.database.transaction() as session:
        session.execute(sa.text("DELETE FROM parents"))
    assert count_rows(backend.database, "children") == 0


def test_pending_versions_are_listed_before_they_run(backend: Backend, folder: Path) -> None:
    assert migrations.pending(backend.database, folder) == ["1", "2"]
    migrations.upgrade(backend.database, folder, to="1")
    assert migrations.pending(backend.database, folder) == ["2"]
    migrations.upgrade(backend.database, folder)
    assert migrations.pending(backend.database, folder) == []


def test_a_migration_after_which_a_foreign_key_refers_to_nothing_is_rolled_back(
    backend: Backend, folder: Path
) -> None:
    migrations.upgrade(backend.database, folder, to="1")
    with backend.database.transaction() as session:
        session.execute(sa.text("INSERT INTO parents VALUES (1, 'a')"))
        session.execute(sa.text("INSERT INTO children VALUES (1, 1)"))
    migration = CHANGE_PARENTS.replace("pass", "").replace(
        "def upgrade():", "def upgrade():\n    op.execute('UPDATE children SET parent_id = 2')"
    )
    (folder / "versions" / "2.py").write_text(migration.partition("def downgrade")[0])
    with pytest.raises((RuntimeError, IntegrityError)):
        migrations.upgrade(backend.database, folder)
    assert migrations.pending(backend.database, folder) == ["2"]
    with backend.database.reading() as session:
        assert session.execute(sa.text("SELECT parent_id FROM children")).scalar_one() == 1


CREATE_WORDS = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "1", None
def upgrade():
    op.create_table("words", sa.Column("file_id", sa.Uuid, primary_key=True),
                    sa.Column("line", sa.Integer, primary_key=True),
                    sa.Column("size", sa.Integer),
                    sa.Column("visits", sa.Integer, nullable=False))
"""
"""The first migration of the tests of backfills: it creates the table `words`."""
CREATE_CHUNKS = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "2", "1"
def upgrade():
    op.create_table("chunks", sa.Column("rows", sa.Integer))
"""
"""The second migration: its table `chunks` gets the size of each chunk of the backfill."""
BACKFILL = """
import os
import signal
import sqlalchemy as sa
from shared.migrations import backfill
revision, down_revision = "3", "2"
WORDS = sa.table("words", sa.column("file_id", sa.Uuid()), sa.column("line", sa.Integer()),
                 sa.column("size", sa.Integer()), sa.column("visits", sa.Integer()))
KEY = [WORDS.c.file_id, WORDS.c.line]
done = 0
def upgrade():
    backfill(sa.select(*KEY).where(WORDS.c.size.is_(None)), key=KEY, change=measure, chunk_size=10)
def measure(connection, rows):
    global done
    if done == 2:
        {at_third_chunk}
    done += 1
    for row in rows:
        this = sa.and_(WORDS.c.file_id == row.file_id, WORDS.c.line == row.line)
        connection.execute(sa.update(WORDS).where(this).values(
            size=row.line, visits=WORDS.c.visits + 1))
    connection.execute(sa.text("INSERT INTO chunks VALUES (:rows)"), {{"rows": len(rows)}})
"""
"""The third migration: it fills the column `size` in chunks of ten rows, and runs the statement
`at_third_chunk` before it changes the third chunk."""
UPGRADE = """
import sys
from pathlib import Path
from shared import migrations
from shared.database import Database
migrations.upgrade(Database(sys.argv[1], schema=sys.argv[2]), Path(sys.argv[3]))
"""
"""A program that runs all migrations in a process of its own, which a test can kill."""


@pytest.fixture
def migrations_folder(backend: Backend, tmp_path: Path) -> Path:
    """Return a folder of two migrations, and create the table `words` with 35 rows.

    A test adds the third migration, the backfill.
    """
    folder = write_migrations(tmp_path / "words", CREATE_WORDS, CREATE_CHUNKS)
    fill_words(backend, folder)
    return folder


def fill_words(backend: Backend, folder: Path) -> None:
    """Run the first migration and insert 35 rows: five file ids, each with seven line numbers."""
    migrations.upgrade(backend.database, folder, to="1")
    rows = [{"file": UUID(int=file), "line": line} for file in range(5) for line in range(7)]
    inserted = sa.text("INSERT INTO words (file_id, line, visits) VALUES (:file, :line, 0)")
    with backend.database.transaction() as session:
        session.execute(inserted.bindparams(sa.bindparam("file", type_=sa.Uuid())), rows)


def write_backfill(folder: Path, *, at_third_chunk: str) -> None:
    """Write the migration that fills a column, with a statement to run before its third chunk."""
    migration = BACKFILL.format(at_third_chunk=at_third_chunk)
    (folder / "versions" / "3.py").write_text(migration)


def assert_interrupted(backend: Backend, folder: Path) -> None:
    """Assert that the first two chunks were committed on PostgreSQL, and nothing on SQLite."""
    sqlite = backend.database.is_sqlite
    assert migrations.pending(backend.database, folder) == (["2", "3"] if sqlite else ["3"])
    with backend.database.reading() as session:
        changed = session.execute(sa.text("SELECT count(*) FROM words WHERE size = line"))
        assert changed.scalar_one() == (0 if sqlite else 20)


def assert_completed(backend: Backend, folder: Path) -> None:
    """Assert that every row was changed once, in chunks of ten."""
    assert migrations.pending(backend.database, folder) == []
    with backend.database.reading() as session:
        changed = session.execute(sa.text("SELECT size - line, visits FROM words")).all()
        assert changed == [(0, 1)] * 35
        sizes = session.execute(sa.text("SELECT rows FROM chunks")).scalars().all()
        assert sorted(sizes) == [5, 10, 10, 10]


def test_a_backfill_that_failed_goes_on_with_the_rows_that_are_left(
    backend: Backend, migrations_folder: Path
) -> None:
    write_backfill(migrations_folder, at_third_chunk="raise LookupError")
    with pytest.raises(LookupError):
        migrations.upgrade(backend.database, migrations_folder)
    assert_interrupted(backend, migrations_folder)
    write_backfill(migrations_folder, at_third_chunk="pass")
    migrations.upgrade(backend.database, migrations_folder)
    assert_completed(backend, migrations_folder)


def test_a_backfill_that_was_killed_goes_on_with_the_rows_that_are_left(
    backend: Backend, migrations_folder: Path
) -> None:
    write_backfill(migrations_folder, at_third_chunk="os.kill(os.getpid(), signal.SIGKILL)")
    url = backend.database.engine.url.render_as_string(hide_password=False)
    arguments = [
        sys.executable,
        "-c",
        UPGRADE,
        url,
        backend.database.schema,
        str(migrations_folder),
    ]
    killed = subprocess.run(arguments, check=False, capture_output=True, text=True, cwd=ROOT)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert_interrupted(backend, migrations_folder)
    write_backfill(migrations_folder, at_third_chunk="pass")
    migrations.upgrade(backend.database, migrations_folder)
    assert_completed(backend, migrations_folder)


def test_others_may_write_to_a_table_while_a_backfill_runs(
    postgres_backend: Backend, tmp_path: Path
) -> None:
    """Only the ten rows of the current chunk are locked: earlier chunks are committed already."""
    folder = write_migrations(tmp_path / "words", CREATE_WORDS, CREATE_CHUNKS)
    fill_words(postgres_backend, folder)
    write_on_second_connection = """with connection.engine.begin() as other:
            done_rows = "UPDATE words SET visits = visits WHERE size IS NOT NULL"
            assert other.exec_driver_sql(done_rows).rowcount == 20
            assert other.exec_driver_sql("SELECT count(*) FROM chunks").scalar_one() == 2
            skipped = sa.select(*KEY).with_for_update(skip_locked=True)
            assert len(other.execute(skipped).all()) == 25"""
    write_backfill(folder, at_third_chunk=write_on_second_connection)
    migrations.upgrade(postgres_backend.database, folder)
    assert_completed(postgres_backend, folder)


def test_migrations_of_one_schema_wait_for_each_other(backend: Backend, folder: Path) -> None:
    """One of four calls runs all migrations; the other calls wait and find nothing left to run."""
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(migrations.upgrade, backend.database, folder) for _ in range(4)]:
            done.result()
    assert migrations.pending(backend.database, folder) == []


ADD_INDEXES = """
from shared.migrations import create_index
revision, down_revision = "2", "1"
def upgrade():
    create_index("ix_words_size", "words", ["size"])
    {between}
    create_index("ix_words_visits", "words", ["visits", "line"])
"""
"""A second migration of `words` that adds two indexes."""


def index_names(database: Database) -> set[str | None]:
    """Return the names of the indexes of the table `words`."""
    schema = None if database.is_sqlite else database.schema
    return {index["name"] for index in sa.inspect(database.engine).get_indexes("words", schema)}


def test_indexes_are_committed_one_by_one_and_those_that_exist_stay(
    backend: Backend, tmp_path: Path
) -> None:
    """On SQLite all migrations are one transaction, so that none of the indexes is left."""
    interrupted = ADD_INDEXES.format(between="raise LookupError")
    folder = write_migrations(tmp_path / "words", CREATE_WORDS, interrupted)
    migrations.upgrade(backend.database, folder, to="1")
    with pytest.raises(LookupError):
        migrations.upgrade(backend.database, folder)
    left = set() if backend.database.is_sqlite else {"ix_words_size"}
    assert index_names(backend.database) == left
    (folder / "versions" / "2.py").write_text(ADD_INDEXES.format(between="pass"))
    migrations.upgrade(backend.database, folder)
    assert index_names(backend.database) == {"ix_words_size", "ix_words_visits"}
