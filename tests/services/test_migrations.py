"""The tables that migrations make are those that the models describe, and they can be unmade."""

import importlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from shared import migrations
from shared.database import Database
from shared.files.models import FilePiece  # noqa: F401  one of the kit's tables
from shared.models import KitModel

SERVICES = ("registry", "survey", "scoring", "gateway")


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> Any:
    """Give a service's description, its tables loaded."""
    found = importlib.import_module(f"services.{request.param}.__main__").SERVICE
    found.create_app(found.settings())
    return found


@pytest.fixture
def database(stack: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """Give an empty database."""
    schema = f"migrated{secrets.token_hex(4)}"
    url = f"sqlite:///{tmp_path}/migrated.db"
    if stack == "real":
        url = request.getfixturevalue("postgres_server")
    database = Database(url, schema=schema)
    if stack == "real":
        with database.connection() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
    yield database
    database.close()


def tables(database: Database) -> set[str]:
    schema = None if database.is_sqlite else database.schema
    return set(inspect(database.engine).get_table_names(schema=schema)) - {"alembic_version"}


def test_models_and_migrations_agree(service: Any, database: Database) -> None:
    migrations.upgrade(database, service.migrations)
    models = importlib.import_module(f"services.{service.settings.name}.models").Model.metadata
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        made = [models, KitModel.metadata]
        assert compare_metadata(context, made) == []  # type: ignore[arg-type]


def test_migrations_go_down_and_up_again(service: Any, database: Database) -> None:
    migrations.upgrade(database, service.migrations)
    there = tables(database)
    migrations.downgrade(database, service.migrations, to="base")
    assert tables(database) == set()
    migrations.upgrade(database, service.migrations)
    assert tables(database) == there
    migrations.upgrade(database, service.migrations)
