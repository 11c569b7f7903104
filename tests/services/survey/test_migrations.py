"""Tables and models say the same, on each stack."""

from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from services.survey.__main__ import SERVICE
from services.survey.models import Model
from shared import migrations
from shared.database import Database
from shared.models import KitModel
from tests.services.harness import Running


def test_the_migrations_make_the_tables_of_the_models(served_survey: Running) -> None:
    declared: Any = [Model.metadata, KitModel.metadata]
    with served_survey.database.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, declared) == []


def test_the_migrations_can_be_taken_back(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'survey.db'}", schema="survey")
    migrations.upgrade(database, SERVICE.migrations)
    migrations.downgrade(database, SERVICE.migrations, to="base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    database.close()
