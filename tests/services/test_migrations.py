"""Tests of the migrations of every service, on an empty database and on one with rows.

The models match the migrations, migrations can be undone, and each migration preserves the rows
that were stored at the version before it.
"""

import importlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from deploy.migration.__main__ import import_models
from shared import migrations
from shared.database import Database
from shared.files.models import FilePiece  # noqa: F401  declares a shared table
from shared.models import SharedModel
from tests.services.table_rows import (
    ROWS,
    Contents,
    fill,
    lost_values,
    reflect,
    snapshot,
    violations,
)

ROOT = Path(__file__).parents[2]
SERVICES = ("registry", "survey", "scoring", "gateway")


CONTENTS: dict[str, Contents] = {
    "registry": {
        "customers.external_ids": [{"system": "erp", "id": "A-17号"}],
        "customers.name": "海尔集团888分店",
        "customers.phone": "010 5555 0111 转8008",
        "customers.tags": ["重点客户", "家电", "家电"],
        "customer_changes.changes": {"owner": {"from": None, "to": "li.na"}, "city": {}},
    },
    "scoring": {
        "surveys.items": [{"code": "q", "least": 1, "most": 5, "missing": [9]}],
        "answers.answers": {"q": 4},
        "scores.changes_on": date(2027, 1, 1),
    },
}
"""For each service, values that migrations read and that the type of a column does not imply."""
CHANGED_ON_PURPOSE = {
    ("registry", "6c1e0f7a93d4"): {
        "customers.owner",
        "customers.team",
        "scores.owner",
        "scores.team",
        "customer_changes.changes",
    },
    ("survey", "c4d90b1f6e27"): {"customers.owner", "customers.team"},
    ("scoring", "e80a6d3c7b15"): {"customers.owner", "customers.team"},
    ("gateway", "9d2b64e17f03"): {"api_keys.team"},
    ("scoring", "0002"): {
        "answers.score",
        "scores.changes_on",
        "wave_sums.squares",
        "wave_sums.total",
    },
}
"""For a service and a version, the columns whose values that migration changes on purpose."""


def load_service(name: str) -> Any:
    """Return the description of a service (`SERVICE`), after importing all its models."""
    import_models(name)
    return importlib.import_module(f"services.{name}.__main__").SERVICE


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> Any:
    """Return the description of each service in turn."""
    return load_service(request.param)


@pytest.fixture
def database(stack: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """Yield an empty database, on PostgreSQL a schema of its own."""
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


def table_names(database: Database) -> set[str]:
    """Return the names of all tables, except Alembic's table of versions."""
    schema = None if database.is_sqlite else database.schema
    return set(inspect(database.engine).get_table_names(schema=schema)) - {"alembic_version"}


def differences(service: Any, database: Database) -> list[Any]:
    """Return the differences between the tables of the database and the models of the service."""
    models = importlib.import_module(f"services.{service.settings.name}.models").Model.metadata
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        all_models = [models, SharedModel.metadata]
        return list(compare_metadata(context, all_models))  # type: ignore[arg-type]


def test_migrations_create_the_tables_that_the_models_describe(
    service: Any, database: Database
) -> None:
    migrations.upgrade(database, service.migrations)
    assert differences(service, database) == []


def test_migrations_can_be_undone_and_run_again(service: Any, database: Database) -> None:
    migrations.upgrade(database, service.migrations)
    before = table_names(database)
    migrations.downgrade(database, service.migrations, to="base")
    assert table_names(database) == set()
    migrations.upgrade(database, service.migrations)
    assert table_names(database) == before
    migrations.upgrade(database, service.migrations)


@dataclass(frozen=True)
class Step:
    """A migration of a service from the version `before` to the version `after`."""

    service: str
    before: str
    after: str


def steps() -> Iterator[Step]:
    """Yield every migration except each service's first, before which there are no tables."""
    for service in SERVICES:
        history = ScriptDirectory(str(ROOT / "services" / service / "migrations"))
        for version in reversed(list(history.walk_revisions())):
            if version.down_revision:
                yield Step(service, str(version.down_revision), version.revision)


@pytest.mark.parametrize("step", list(steps()), ids=lambda step: f"{step.service}-{step.after}")
def test_a_migration_preserves_the_rows_of_the_previous_version(
    step: Step, database: Database
) -> None:
    service = load_service(step.service)
    migrations.upgrade(database, service.migrations, to=step.before)
    fill(database, CONTENTS.get(step.service, {}))
    before = snapshot(database)
    migrations.upgrade(database, service.migrations, to=step.after)
    changed_on_purpose = CHANGED_ON_PURPOSE.get((step.service, step.after), set())
    assert set(lost_values(before, snapshot(database))) == changed_on_purpose
    assert violations(database) == []
    migrations.upgrade(database, service.migrations)
    assert differences(service, database) == []


def test_every_table_of_a_service_can_be_filled_with_rows(service: Any, database: Database) -> None:
    """The rows are needed to test the next migration of the service (see the test above)."""
    migrations.upgrade(database, service.migrations)
    fill(database, CONTENTS.get(service.settings.name, {}))
    assert violations(database) == []
    rows_by_table = snapshot(database)
    for table in reflect(database).sorted_tables:
        rows = rows_by_table[table.name].values()
        assert len(rows) >= ROWS, table.name
        for column in table.columns:
            has_null = any(row[column.name] is None for row in rows)
            assert has_null or not column.nullable, column
            assert any(row[column.name] is not None for row in rows), column


ENV_PY = """
from sqlalchemy import MetaData
from shared import migrations
migrations.run(MetaData())
"""
FIRST_VERSION = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "1", None
def upgrade():
    op.create_table("tags", sa.Column("id", sa.Integer, primary_key=True),
                    sa.Column("word", sa.String(10)), sa.Column("rank", sa.Integer))
"""
SECOND_VERSION = """
from alembic import op
revision, down_revision = "2", "1"
def upgrade():
    with op.batch_alter_table("tags") as tags:
        {change}
"""


@pytest.fixture
def history(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that writes two migrations into a folder and returns the folder.

    The first migration creates the table `tags`, the second contains the given change of it.
    """

    def write(change: str) -> Path:
        versions = tmp_path / "history" / "versions"
        versions.mkdir(parents=True)
        (versions.parent / "env.py").write_text(ENV_PY)
        (versions / "1.py").write_text(FIRST_VERSION)
        (versions / "2.py").write_text(SECOND_VERSION.format(change=change))
        return versions.parent

    return write


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("pass", set()),
        ("tags.drop_column('rank')", set()),
        ("op.execute('DELETE FROM tags WHERE word IS NULL')", {"tags"}),
        ("op.execute('UPDATE tags SET rank = 0 WHERE rank IS NULL')", {"tags.rank"}),
    ],
)
def test_a_row_or_a_value_that_a_migration_loses_is_found(
    history: Callable[[str], Path], database: Database, change: str, expected: set[str]
) -> None:
    folder = history(change)
    migrations.upgrade(database, folder, to="1")
    fill(database, {})
    before = snapshot(database)
    migrations.upgrade(database, folder)
    assert set(lost_values(before, snapshot(database))) == expected


@pytest.mark.parametrize(
    "change",
    [
        "tags.alter_column('rank', nullable=False)",
        "tags.create_unique_constraint('uq_tags_word', ['word'])",
    ],
)
def test_a_migration_that_only_works_on_an_empty_table_fails_on_the_generated_rows(
    history: Callable[[str], Path], database: Database, change: str
) -> None:
    folder = history(change)
    migrations.upgrade(database, folder, to="1")
    fill(database, {})
    with pytest.raises(IntegrityError):
        migrations.upgrade(database, folder)
    assert migrations.pending(database, folder) == ["2"]
