"""The database of a service: a schema of PostgreSQL, or an SQLite file.

The code of the services is the same on both. Most differences are handled here; a shared module
whose statement only one of them has asks `is_sqlite`.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    and_,
    create_engine,
    event,
    make_url,
    text,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from shared.settings import ServiceSettings

_CONSTRAINT_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class _DecimalAsText(TypeDecorator[Decimal]):
    """The column type of a decimal on SQLite: text, because SQLite would store a float."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, _dialect: Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class _TimeWithoutZone(TypeDecorator[datetime]):
    """The column type of a time on SQLite: in UTC without a zone, as SQLite stores no zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


Exact = Numeric().with_variant(_DecimalAsText(), "sqlite")
"""The column type of exact decimals."""
Moment = DateTime(timezone=True).with_variant(_TimeWithoutZone(), "sqlite")
"""The column type of times, which have an offset in Python."""
Json = JSON().with_variant(JSONB(), "postgresql")
"""The column type of JSON values."""


def sorted_text(max_length: int) -> String:
    """Return the column type of text by which lists are sorted: alike on both databases.

    The text is sorted by code points. PostgreSQL would otherwise sort it by the language of the
    server.
    """
    return String(max_length).with_variant(String(max_length, collation="C"), "postgresql")


Row = dict[str, Any]
"""The values of a table row by column name."""

RowView = Mapping[str, Any]
"""The values of a table row by column name, for reading only."""


def row_of(record: Any) -> Row:
    """Return the column values, by column name, of an object of a mapped class."""
    return {column.key: getattr(record, column.key) for column in record.__table__.columns}


def new_metadata() -> MetaData:
    """Return metadata for tables, whose constraints and indexes are named as migrations do it."""
    return MetaData(naming_convention=_CONSTRAINT_NAMES)


class Database:
    """The database of one service. The constructor opens no connection."""

    def __init__(self, url: str, *, schema: str, pool_size: int = 10) -> None:
        self.schema = schema
        if make_url(url).get_backend_name() == "sqlite":
            self.engine = _sqlite_engine(url)
            self._autocommit: Engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        else:
            self._options = _postgresql_options(url, schema, pool_size)
            self.engine = create_engine(**self._options)
            self._autocommit = create_engine(**self._options, **_AUTOCOMMIT_OPTIONS)

    @classmethod
    def from_settings(cls, settings: ServiceSettings, *, more_connections: int = 0) -> "Database":
        """Return the database that the settings of a service choose.

        `more_connections` are added to each pool, for work that occupies a connection for long.
        """
        pool_size = settings.pool_size + more_connections
        return cls(settings.database, schema=settings.name, pool_size=pool_size)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is an SQLite database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session whose changes are committed together at the end, or not at all."""
        session = Session(self.engine, expire_on_commit=False, autoflush=False)
        with session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session for reading, where each statement sees the latest committed state."""
        with Session(self._autocommit, autoflush=False) as session:
            yield session

    @contextmanager
    def streaming(self) -> Iterator[Session]:
        """Yield a session for a statement that reads more rows than should be in memory at once.

        On PostgreSQL the session has a transaction, as a server-side cursor exists only inside one.
        """
        with self.reading() if self.is_sqlite else self.transaction() as session:
            yield session

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Yield a connection in autocommit mode."""
        with self._autocommit.connect() as connection:
            yield connection

    def is_reachable(self) -> bool:
        """Return whether the database answers a query."""
        try:
            with self.connection() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def async_engine(self) -> AsyncEngine | None:
        """Return an asyncio engine in autocommit mode; None on SQLite.

        The driver of SQLite that Patron uses is synchronous.
        """
        if self.is_sqlite:
            return None
        return create_async_engine(**self._options, **_AUTOCOMMIT_OPTIONS)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        self._autocommit.dispose()


def has_index(table: Table, columns: Sequence[str]) -> bool:
    """Return whether an index of a table, one of its keys included, begins with these columns."""
    unique = [one.columns for one in table.constraints if isinstance(one, UniqueConstraint)]
    indexed = [table.primary_key.columns, *unique, *(index.columns for index in table.indexes)]
    return any([each.key for each in one][: len(columns)] == [*columns] for one in indexed)


def is_sqlite(session: Session) -> bool:
    """Return whether a session is connected to an SQLite database."""
    return session.get_bind().dialect.name == "sqlite"


def dialect_insert(session: Session, table: Any) -> Any:
    """Return an INSERT that supports ON CONFLICT, which SQLAlchemy has only per dialect."""
    return (sqlite if is_sqlite(session) else postgresql).insert(table)


class _BeginsWith(FunctionElement[bool]):
    """The condition `begins_with`: two conditions, of which each database uses its own.

    It has no type: SQLAlchemy would compare a Boolean with 1, and SQLite then uses no index.
    """

    inherit_cache = True


@compiles(_BeginsWith)
def _pattern(element: _BeginsWith, compiler: SQLCompiler, **options: Any) -> str:
    pattern, _ = element.clauses
    return str(compiler.process(pattern, **options))


@compiles(_BeginsWith, "sqlite")
def _range(element: _BeginsWith, compiler: SQLCompiler, **options: Any) -> str:
    _, between = element.clauses
    return f"({compiler.process(between, **options)})"


def begins_with(column: Any, prefix: str) -> ColumnElement[bool]:
    """Return the SQL condition that a text begins with a prefix, in upper and lower case as given.

    Each database looks the prefix up in an index. PostgreSQL does that for LIKE if the index has
    the operator class `varchar_pattern_ops`, whatever the language of the server. LIKE of SQLite
    ignores case and reads the whole table, therefore it gets a range. `prefix` has at least one
    character.
    """
    return _BeginsWith(column.startswith(prefix, autoescape=True), prefix_range(column, prefix))


def prefix_range(column: Any, prefix: str) -> ColumnElement[bool]:
    """Return the SQL condition that a text is in the range of the texts that begin with a prefix.

    The column is sorted by code points: on PostgreSQL it has the type `sorted_text`. Its index
    serves, as it would not for LIKE.
    """
    end = _next_text(prefix)
    return and_(column >= prefix, true() if end is None else column < end)


def _next_text(prefix: str) -> str | None:
    """Return the least text, by code points, that is greater than all texts with this prefix.

    Return None if there is no greater one. The code points behind U+D7FF belong to no character.
    """
    rest = prefix.rstrip(chr(sys.maxunicode))
    if not rest:
        return None
    return rest[:-1] + ("\ue000" if rest[-1] == "\ud7ff" else chr(ord(rest[-1]) + 1))


def is_outage(error: Exception) -> bool:
    """Return whether an error is an outage: the same statement may succeed later.

    An error is also an outage if a table, schema or permission does not exist yet (SQLSTATE class
    42) or the server is read-only at present (class 25). A value that exceeds a limit of the
    server (class 54) is no outage.
    """
    if isinstance(error, PoolTimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    sqlstate_class = (getattr(error.orig, "sqlstate", None) or "")[:2]
    if isinstance(error, OperationalError | InterfaceError | InternalError):
        return sqlstate_class != "54"
    return sqlstate_class == "42" or error.connection_invalidated


_AUTOCOMMIT_OPTIONS: dict[str, Any] = {
    "isolation_level": "AUTOCOMMIT",
    "pool_reset_on_return": None,
}
"""The options of the engine in autocommit mode.

The autocommit engine has its own pool of connections, as switching a connection between the modes
costs a short query.
"""


def _dumps(value: Any) -> str:
    """Return a value as JSON text."""
    return orjson.dumps(value).decode()


def _postgresql_options(url: str, schema: str, pool_size: int) -> dict[str, Any]:
    """Return the options of an engine for a schema of PostgreSQL.

    `max_overflow` is 0, because a connection beyond the pool's size would be opened and closed for
    each use.
    """
    return {
        "url": make_url(url).set(drivername="postgresql+psycopg"),
        "hide_parameters": True,
        "json_serializer": _dumps,
        "json_deserializer": orjson.loads,
        "pool_size": pool_size,
        "max_overflow": 0,
        "pool_timeout": 10,
        "connect_args": {
            "options": f"-csearch_path={schema} -ctimezone=UTC -clock_timeout=10s",
            "application_name": f"patron-{schema}",
            "connect_timeout": 5,
        },
    }


def _sqlite_engine(url: str) -> Engine:
    """Return the engine for an SQLite file; the folder of the file is created."""
    path = make_url(url).database
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        hide_parameters=True,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        connect_args={"timeout": 30, "check_same_thread": False},
        pool_size=40,
        max_overflow=0,
    )
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _configure_sqlite(connection: Any, _: Any) -> None:
    """Set the pragmas of a new connection."""
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA secure_delete=ON")  # deleted personal data is overwritten


def _begin_immediate(connection: Connection) -> None:
    """Begin a transaction with the write lock; without it the first write of SQLite can fail."""
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
