"""A database and a log for every test of the kit, on the chosen stack."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from shared.contracts import catalogue
from shared.database import Database
from shared.files.models import FilePiece  # noqa: F401  one of the kit's tables
from shared.messaging.log.choice import open_log
from shared.models import KitModel
from tests.shared.kit import Kit, KitSettings, declare_notes


@pytest.fixture
def kit_settings(stack: str, tmp_path: Path, request: pytest.FixtureRequest) -> KitSettings:
    """Give the settings of a service that exists in tests alone."""
    real = stack == "real"
    return KitSettings(
        data=tmp_path,
        database_url=request.getfixturevalue("postgres_server")
        if real
        else f"sqlite:///{tmp_path}/kit.db",
        kafka_bootstrap=request.getfixturevalue("kafka_bootstrap") if real else None,
    )


@pytest.fixture
def kit(kit_settings: KitSettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kit]:
    """Give a database and a log, with contracts about notes in place of the real ones."""
    with _opened(kit_settings, monkeypatch) as kit:
        yield kit


@pytest.fixture
def postgres_kit(
    postgres_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Kit]:
    """Give the same on PostgreSQL alone, for what SQLite's one writer cannot show."""
    settings = KitSettings(data=tmp_path, database_url=postgres_server)
    with _opened(settings, monkeypatch) as kit:
        yield kit


@contextmanager
def _opened(settings: KitSettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kit]:
    catalogue.contracts()  # imports the real ones, so that they are not declared in their place
    monkeypatch.setattr(catalogue, "_CONTRACTS", {})
    unique = f"kit{secrets.token_hex(4)}"
    declare_notes(unique)
    database, log = _database(settings, unique), open_log(settings)
    kit = Kit(settings, unique, database, log)
    kit.create_topic(kit.topic)
    yield kit
    log.close()
    database.close()


def _database(settings: KitSettings, schema: str) -> Database:
    database = Database(settings.database, schema=schema)
    if not database.is_sqlite:
        with database.connection() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
    KitModel.metadata.create_all(database.engine)
    return database
