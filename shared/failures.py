"""The failures of a command that no change of the code would prevent, each in one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from shared.database import is_outage
from shared.outages import LogUnavailable
from shared.settings import ServiceSettings

_NO_SCHEMA = "3F000"
_NO_TABLE_OR_COLUMN = ("42P01", "42703")
_NO_TABLE_OR_COLUMN_OF_SQLITE = ("no such table", "no such column")


@contextmanager
def one_sentence(settings: ServiceSettings) -> Iterator[None]:
    """End the command with a sentence on standard error and status 1, if a server or file fails.

    Any other error is raised as it is: it is a mistake in the code, and its traceback is needed.
    """
    try:
        yield
    except (LogUnavailable, SQLAlchemyError, OSError) as error:
        sentence = describe(error, settings)
        if sentence is None:
            raise
        raise SystemExit(sentence) from error


def describe(error: Exception, settings: ServiceSettings) -> str | None:
    """Return what failed and what to do; None for an error that is a mistake in the code."""
    if isinstance(error, LogUnavailable):
        return f"{_log_of(settings)} cannot be used: {_first_line(error)}."
    if isinstance(error, OSError):
        what = error.filename or "What the command needs"
        return f"{what} cannot be used: {error.strerror or _first_line(error)}."
    return _describe_database_error(error, settings)


def _describe_database_error(error: Exception, settings: ServiceSettings) -> str | None:
    """Return what is wrong with the database; None if the statement is wrong."""
    driver_error = getattr(error, "orig", None) or error
    sqlstate, reason = getattr(driver_error, "sqlstate", None), _first_line(driver_error)
    database, name = _database_of(settings), settings.name
    if sqlstate == _NO_SCHEMA:
        return (
            f"The database {database} has no schema {name}, or its role may not use it: "
            "deploy/postgres/role.sql creates both."
        )
    if sqlstate in _NO_TABLE_OR_COLUMN or reason.startswith(_NO_TABLE_OR_COLUMN_OF_SQLITE):
        return (
            f"The database {database} does not have the tables of this release ({reason}): run "
            f"python -m services.{name} migrate."
        )
    return f"The database {database} cannot be used: {reason}." if is_outage(error) else None


def _database_of(settings: ServiceSettings) -> str:
    """Return the file of the database, or its host and name: nothing that is secret."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    port = f":{url.port}" if url.port else ""
    return f"{url.host or ''}{port}/{url.database}"


def _log_of(settings: ServiceSettings) -> str:
    """Return the addresses of Kafka, or the file of the embedded log."""
    if settings.kafka_bootstrap:
        return f"Kafka ({settings.kafka_bootstrap})"
    return f"The embedded log in {settings.data}"


def _first_line(error: BaseException) -> str:
    """Return the first line of an error: further lines repeat values and statements."""
    return str(error).partition("\n")[0].rstrip(". ") or type(error).__name__
