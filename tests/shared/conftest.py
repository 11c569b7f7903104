"""Fixtures of the tests of shared packages: a database and a log on the chosen stack."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from shared.contracts import catalogue
from shared.database import Database
from shared.files.models import FilePiece  # noqa: F401  one of the shared tables
from shared.messaging.log.choice import open_log
from shared.models import SharedModel
from tests.shared.backend import Backend, NotesSettings, declare_notes


@pytest.fixture
def notes_settings(stack: str, tmp_path: Path, request: pytest.FixtureRequest) -> NotesSettings:
    """Return the settings of the service `notes`, with the database and log of the chosen stack."""
    real = stack == "real"
    return NotesSettings(
        data=tmp_path,
        database_url=request.getfixturevalue("postgres_server")
        if real
        else f"sqlite:///{tmp_path}/notes.db",
        kafka_bootstrap=request.getfixturevalue("kafka_bootstrap") if real else None,
    )


@pytest.fixture
def backend(notes_settings: NotesSettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    """Open a database and a log of the chosen stack, with events about notes."""
    with _open_backend(notes_settings, monkeypatch) as backend:
        yield backend


@pytest.fixture
def postgres_backend(
    postgres_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Backend]:
    """Open a backend on PostgreSQL, whatever the stack, for tests that need several writers."""
    settings = NotesSettings(data=tmp_path, database_url=postgres_server)
    with _open_backend(settings, monkeypatch) as backend:
        yield backend


@contextmanager
def _open_backend(settings: NotesSettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    """Open a backend; the catalogue has only the events about notes until the test ends."""
    catalogue.contracts()  # imports the modules of real events now, before they are replaced
    monkeypatch.setattr(catalogue, "_CONTRACTS", {})
    unique = f"notes{secrets.token_hex(4)}"
    declare_notes(unique)
    database, log = _create_database(settings, unique), open_log(settings)
    backend = Backend(settings, unique, database, log)
    backend.create_topic(backend.topic)
    yield backend
    log.close()
    database.close()


def _create_database(settings: NotesSettings, schema: str) -> Database:
    """Open a database with an empty schema and the shared tables."""
    database = Database(settings.database, schema=schema)
    if not database.is_sqlite:
        with database.connection() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
    SharedModel.metadata.create_all(database.engine)
    return database
