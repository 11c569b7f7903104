"""Bring a service's schema to its newest version, one Alembic history per service."""

from collections.abc import Iterator
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
    """Run what is missing of the versions in `folder`."""
    with _migrating(database) as connection:
        command.upgrade(_config(folder, connection), to)


def pending(database: Database, folder: Path) -> list[str]:
    """Name the versions that `upgrade` would run, in that order."""
    with database.connection() as connection:
        now = MigrationContext.configure(connection).get_current_heads()
        script = ScriptDirectory.from_config(_config(folder, connection))
        missing = script.iterate_revisions("heads", now or "base")
        return [version.revision for version in reversed(list(missing))]


def downgrade(database: Database, folder: Path, *, to: str) -> None:
    """Go back to an older version."""
    with _migrating(database) as connection:
        command.downgrade(_config(folder, connection), to)


@contextmanager
def _migrating(database: Database) -> Iterator[Connection]:
    """Give the connection of the only one who migrates, for one transaction."""
    prepared = _without_foreign_keys if database.is_sqlite else _alone
    with database.engine.connect() as connection, prepared(connection):
        yield connection
        _check_foreign_keys(connection)
        connection.commit()


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext(current_schema()))"))
    yield


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew: enforced, its keys would delete what refers to it.

    They are checked before the commit instead.
    """
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        connection.rollback()
        driver.execute("PRAGMA foreign_keys = ON")


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise RuntimeError("A migration would leave rows that refer to nothing.")


def run(metadata: MetaData) -> None:
    """Do the work of a service's env.py, for its tables and the kit's."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,  # names the constraints of every table that is made here
        render_as_batch=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


def _config(folder: Path, connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def create_kit_tables() -> None:
    """Make the kit's tables as of its first version; later steps stand beside this."""
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


def drop_kit_tables() -> None:
    """Unmake the kit's tables."""
    for table in ("file_pieces", "idempotent_answers", "inbox", "outbox"):
        op.drop_table(table)


def job_columns() -> list[Any]:
    """Give the columns of a noun of long work, as of the kit's first version."""
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
