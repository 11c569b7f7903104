"""Migrations: bring a service's schema to its newest version, one Alembic history per service."""

from collections.abc import Callable, Iterator, Sequence
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


def upgrade(database: Database, folder: Path, *, to: str = "head") -> None:
    """Run the versions in `folder` that the database lacks, in order, up to the version `to`.

    On PostgreSQL each version is committed by itself, on SQLite all of them together.
    """
    with _migrating(database) as connection:
        command.upgrade(_config(folder, connection), to)


def pending(database: Database, folder: Path) -> list[str]:
    """Return the versions that `upgrade` would run, in that order."""
    with database.connection() as connection:
        current = MigrationContext.configure(connection).get_current_heads()
        script = ScriptDirectory.from_config(_config(folder, connection))
        missing = script.iterate_revisions("heads", current or "base")
        return [version.revision for version in reversed(list(missing))]


def downgrade(database: Database, folder: Path, *, to: str) -> None:
    """Go back to the older version `to`."""
    with _migrating(database) as connection:
        command.downgrade(_config(folder, connection), to)


@contextmanager
def _migrating(database: Database) -> Iterator[Connection]:
    """Yield a connection that no other migration of this schema runs beside; commit at the end.

    The lock of PostgreSQL and the pragma of SQLite belong to the connection, so it is detached from
    the pool: they end when it is closed, whatever happened on it.
    """
    with database.engine.connect() as connection:
        connection.detach()
        if database.is_sqlite:
            _ignore_foreign_keys(connection)
            connection.begin()  # locks the file; without it Alembic would commit each version
        else:
            connection.execute(sa.text("SELECT pg_advisory_lock(hashtext(current_schema()))"))
        yield connection
        _check_foreign_keys(connection)
        connection.commit()


def _ignore_foreign_keys(connection: Connection) -> None:
    """Turn the foreign keys of SQLite off; they are checked before the commit instead.

    SQLite changes a table by copying and dropping it, which would delete what refers to its rows.
    """
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys = OFF")


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise RuntimeError("A migration would leave rows that refer to rows that do not exist.")


def run(metadata: MetaData) -> None:
    """Run the versions that Alembic chose; the whole work of a service's env.py."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,  # names the constraints of every table that is made here
        render_as_batch=True,
        on_version_apply=_version_applied,  # type: ignore[arg-type]  # called by keyword
    )
    with context.begin_transaction():
        context.run_migrations()


def _version_applied(ctx: MigrationContext, **_: Any) -> None:
    if ctx.connection:
        _commit_unless_sqlite(ctx.connection)


def _commit_unless_sqlite(connection: Connection) -> None:
    """Commit where other processes work during a migration and wait for its locks.

    SQLite has one writer and starts before them: all versions are one transaction there, whose
    foreign keys are checked at the end.
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
    """Hand the selected rows to `change` in chunks, in order of their key; commit after each chunk.

    Call it in a version that does nothing else. A run that is killed leaves its chunks committed
    and the version pending, and the next run starts again: let `rows` select only what is still to
    do ("... WHERE token IS NULL"), or let `change` do no harm to a row that it has changed before.
    The rows of a chunk are locked until it is committed. SQLite commits once, at the end of all.
    """
    connection = op.get_bind()
    chunk_of = rows.order_by(*key).limit(chunk_size).with_for_update()
    chunk = connection.execute(chunk_of).all()
    while chunk:
        change(connection, chunk)
        _commit_unless_sqlite(connection)
        last = (sa.literal(chunk[-1]._mapping[column], column.type) for column in key)  # noqa: SLF001  public
        chunk = connection.execute(chunk_of.where(sa.tuple_(*key) > sa.tuple_(*last))).all()


def _config(folder: Path, connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def create_shared_tables() -> None:
    """Create the tables that every service has, as of the first version.

    Later changes to them are functions beside this one.
    """
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "outbox",
        sa.Column("id", big, sa.Identity(), primary_key=True),
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
    _partial_index("ix_outbox_unpublished", "id", unpublished)
    _partial_index("ix_outbox_published", "published_at", published)
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


def _partial_index(name: str, column: str, where: Any) -> None:
    op.create_index(name, "outbox", [column], postgresql_where=where, sqlite_where=where)
