"""Running and writing Alembic migrations, of which each service has its own history."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command, context, op
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

from shared.database import Database, Json, Moment
from shared.texts import normalise_stored


def upgrade(database: Database, folder: Path, *, to: str = "head") -> None:
    """Run the migrations in `folder` that the database lacks, in order, up to the version `to`.

    On PostgreSQL each version is committed separately, on SQLite all versions together.
    """
    with _exclusive_connection(database) as connection:
        command.upgrade(_config(folder, connection), to)


def pending(database: Database, folder: Path) -> list[str]:
    """Return the ids of the versions that `upgrade` would run, in the same order."""
    with database.connection() as connection:
        current = MigrationContext.configure(connection).get_current_heads()
        script = ScriptDirectory.from_config(_config(folder, connection))
        missing = script.iterate_revisions("heads", current or "base")
        return [version.revision for version in reversed(list(missing))]


def downgrade(database: Database, folder: Path, *, to: str) -> None:
    """Undo the migrations after the version `to`, the newest one first."""
    with _exclusive_connection(database) as connection:
        command.downgrade(_config(folder, connection), to)


@contextmanager
def _exclusive_connection(database: Database) -> Iterator[Connection]:
    """Yield a connection with a lock, so that migrations of one schema run one after another.

    The transaction is committed at the end. The lock of PostgreSQL and the pragma of SQLite belong
    to the connection. The connection is detached from the pool, so that it is closed in the end,
    which releases the lock even after an error.
    """
    with database.engine.connect() as connection:
        connection.detach()
        if database.is_sqlite:
            _ignore_foreign_keys(connection)
            connection.begin()  # locks the file, and keeps Alembic from committing each version
        else:
            connection.execute(sa.text("SELECT pg_advisory_lock(hashtext(current_schema()))"))
        yield connection
        _check_foreign_keys(connection)
        connection.commit()


def _ignore_foreign_keys(connection: Connection) -> None:
    """Turn off the checks of foreign keys in SQLite; they are checked before the commit instead.

    On SQLite a table is changed by copying and dropping it. With the checks, dropping the table
    would also delete the rows of other tables that refer to it (ON DELETE CASCADE).
    """
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys = OFF")


def _check_foreign_keys(connection: Connection) -> None:
    """Raise RuntimeError if a row in SQLite refers to a row that does not exist."""
    if connection.dialect.name != "sqlite":
        return
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise RuntimeError("A migration would leave rows that refer to rows that do not exist.")


def run(metadata: MetaData) -> None:
    """Run the versions that Alembic has chosen; each service's env.py calls only this function."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,  # its naming convention names constraints
        render_as_batch=True,
        on_version_apply=_commit_version,  # type: ignore[arg-type]  # called by keyword
    )
    with context.begin_transaction():
        context.run_migrations()


def _commit_version(ctx: MigrationContext, **_: Any) -> None:
    """Commit after a version; Alembic calls this once the version has run."""
    if ctx.connection:
        _commit_unless_sqlite(ctx.connection)


def _commit_unless_sqlite(connection: Connection) -> None:
    """Commit on PostgreSQL, where other processes may wait for the locks of the migration.

    On SQLite no other process writes during a migration, so all migrations run in one transaction,
    and foreign keys are checked at its end.
    """
    if connection.dialect.name != "sqlite":
        connection.commit()


def backfill(
    rows: sa.Select[Any],
    *,
    key: Sequence[sa.ColumnElement[Any]],
    change: Callable[[Connection, Sequence[sa.Row[Any]]], None],
    chunk_size: int = 1000,
) -> None:
    """Pass the selected rows to `change` in chunks, ordered by `key`; commit after each chunk.

    Call this in a version that does nothing else. If the migration is killed, its finished chunks
    are committed but the version is still pending, and the next run selects the rows again.
    Therefore let `rows` select only rows that are still to be changed ("... WHERE token IS NULL"),
    or write `change` so that it may change a row twice. The rows of a chunk are locked until its
    commit. SQLite commits only once, at the end of all migrations.
    """
    connection = op.get_bind()
    select_chunk = rows.order_by(*key).limit(chunk_size).with_for_update()
    chunk = connection.execute(select_chunk).all()
    while chunk:
        change(connection, chunk)
        _commit_unless_sqlite(connection)
        last_key = (sa.literal(chunk[-1]._mapping[column], column.type) for column in key)  # noqa: SLF001  public
        chunk = connection.execute(select_chunk.where(sa.tuple_(*key) > sa.tuple_(*last_key))).all()


def normalise_columns(table: sa.TableClause, names: Sequence[str]) -> None:
    """Normalise the texts in these columns of the rows that exist, as requests are normalised.

    The primary key of the table is `id`. Columns with their times and versions stay as they are.
    """
    change_columns(table, dict.fromkeys(names, normalise_stored))


def change_columns(
    table: sa.TableClause, functions: Mapping[str, Callable[[str | None], str | None]]
) -> None:
    """Replace the texts in columns of the rows that exist by what functions by column return.

    The primary key of the table is `id`. A function returns its result unchanged, so that a row may
    be changed twice. Columns with times and versions stay as they are.
    """

    def change(connection: Connection, rows: Sequence[sa.Row[Any]]) -> None:
        for row in rows:
            stored = {name: getattr(row, name) for name in functions}
            changed = {name: function(stored[name]) for name, function in functions.items()}
            if changed != stored:
                connection.execute(sa.update(table).where(table.c.id == row.id).values(changed))

    columns = [table.c[name] for name in functions]
    rows = sa.select(table.c.id, *columns).where(sa.or_(*(each.is_not(None) for each in columns)))
    backfill(rows, key=[table.c.id], change=change)


def create_index(name: str, table: str, columns: Sequence[str], *, unique: bool = False) -> None:
    """Create an index and, on PostgreSQL, commit: writes to the table wait only meanwhile.

    If the migration is killed, the next run leaves the indexes that exist as they are. The other
    statements of the version run again, so they must allow that.
    """
    op.create_index(name, table, columns, unique=unique, if_not_exists=True)
    _commit_unless_sqlite(op.get_bind())


def _config(folder: Path, connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def create_shared_tables() -> None:
    """Create the tables that every service has, as they were in the first version.

    Write later changes of these tables as further functions in this module.
    """
    big_integer = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "outbox",
        sa.Column("id", big_integer, sa.Identity(), primary_key=True),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("aggregatetype", sa.String(100), nullable=False),
        sa.Column("aggregateid", sa.String(100), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("payload", sa.Text()),
        sa.Column("traceparent", sa.String(55)),
        sa.Column("recorded_at", Moment, nullable=False),
        sa.Column("published_at", Moment),
    )
    unpublished, published = sa.text("published_at IS NULL"), sa.text("published_at IS NOT NULL")
    _create_partial_outbox_index("ix_outbox_unpublished", "id", unpublished)
    _create_partial_outbox_index("ix_outbox_published", "published_at", published)
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.Uuid(), primary_key=True),
        sa.Column("received_at", Moment, nullable=False, index=True),
    )
    op.create_table(
        "idempotent_answers",
        sa.Column("caller", sa.String(100), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", Json, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", Moment, nullable=False, index=True),
    )
    op.create_table(
        "file_pieces",
        sa.Column("file_id", sa.Uuid(), primary_key=True),
        sa.Column("ordinal", sa.Integer(), primary_key=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )


def create_settled_dead_letters() -> None:
    """Create the table of dead letters that were applied or discarded, in a service's schema."""
    op.create_table(
        "settled_dead_letters",
        sa.Column("id", sa.String(12), primary_key=True),
        sa.Column("is_discarded", sa.Boolean(), nullable=False),
        sa.Column("settled_at", Moment, nullable=False),
        sa.Column("settled_by", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(1000)),
    )


def create_publication_tables() -> None:
    """Create what the commands `restored` and `snapshot` need, in a service's schema."""
    op.add_column("outbox", sa.Column("reason", sa.String(20)))
    op.create_table(
        "publication_runs",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("command", sa.String(20), nullable=False),
        sa.Column("options", Json, nullable=False),
        sa.Column("phase", sa.String(20), nullable=False),
        sa.Column("position", Json, nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("finished_at", Moment),
    )
    op.create_table(
        "published_records",
        sa.Column("noun", sa.String(100), primary_key=True),
        sa.Column("key", sa.String(100), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Moment),
        sa.Column("has_state", sa.Boolean(), nullable=False),
        sa.Column("withdrawn", sa.String(20)),
    )


def drop_publication_tables() -> None:
    """Drop what `create_publication_tables` creates."""
    op.drop_table("published_records")
    op.drop_table("publication_runs")
    op.drop_column("outbox", "reason")


def drop_shared_tables() -> None:
    """Drop the tables that every service has."""
    for table in ("file_pieces", "idempotent_answers", "inbox", "outbox"):
        op.drop_table(table)


def job_columns() -> list[Any]:
    """Return the columns that a table of jobs (`JobColumns`) had in the first version."""
    return [
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("state", sa.String(10), nullable=False, index=True),
        sa.Column("processed", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("failure", Json),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("ended_at", Moment),
    ]


def _create_partial_outbox_index(name: str, column: str, where: Any) -> None:
    """Create an index on a column of the table `outbox` for rows that satisfy a condition."""
    op.create_index(name, "outbox", [column], postgresql_where=where, sqlite_where=where)
