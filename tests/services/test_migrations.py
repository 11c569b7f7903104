"""The migrations of every service, on an empty database and on one that is full of rows.

Models and migrations agree, migrations can be undone, and each step from a version to the next
preserves the rows of the version before.
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

from shared import migrations
from shared.database import Database
from shared.files.models import FilePiece  # noqa: F401  declares a shared table
from shared.models import SharedModel
from tests.services.table_rows import ROWS, Contents, fill, losses, reflect, snapshot, violations

ROOT = Path(__file__).parents[2]
SERVICES = ("registry", "survey", "scoring", "gateway")


CONTENTS: dict[str, Contents] = {
    "registry": {
        "customers.external_ids": [{"system": "erp", "id": "A-17号"}],
        "customers.name": "海尔集团888分店",
    },
    "scoring": {
        "surveys.items": [{"code": "q", "least": 1, "most": 5, "missing": [9]}],
        "answers.answers": {"q": 4},
        "scores.changes_on": date(2027, 1, 1),
    },
}
"""Values that migrations read and that the type of a column alone does not give."""
REWRITTEN = {
    ("scoring", "0002"): {
        "answers.score",
        "scores.changes_on",
        "wave_sums.squares",
        "wave_sums.total",
    }
}
"""The columns whose values the migration to a version changes on purpose."""


def load(name: str) -> Any:
    """Return a service's description, its models imported."""
    found = importlib.import_module(f"services.{name}.__main__").SERVICE
    found.create_app(found.settings())
    return found


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> Any:
    """Return each service's description in turn."""
    return load(request.param)


@pytest.fixture
def database(stack: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """Yield an empty database."""
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


def differences(service: Any, database: Database) -> list[Any]:
    """Return the changes that would make the tables what the models describe."""
    models = importlib.import_module(f"services.{service.settings.name}.models").Model.metadata
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        described = [models, SharedModel.metadata]
        return list(compare_metadata(context, described))  # type: ignore[arg-type]


def test_models_and_migrations_agree(service: Any, database: Database) -> None:
    migrations.upgrade(database, service.migrations)
    assert differences(service, database) == []


def test_migrations_go_down_and_up_again(service: Any, database: Database) -> None:
    migrations.upgrade(database, service.migrations)
    before = tables(database)
    migrations.downgrade(database, service.migrations, to="base")
    assert tables(database) == set()
    migrations.upgrade(database, service.migrations)
    assert tables(database) == before
    migrations.upgrade(database, service.migrations)


@dataclass(frozen=True)
class Step:
    """A migration from one version of a service's schema to the next."""

    service: str
    before: str
    after: str


def steps() -> Iterator[Step]:
    """Yield every step that begins at a version, so that rows may exist before it."""
    for service in SERVICES:
        history = ScriptDirectory(str(ROOT / "services" / service / "migrations"))
        for version in reversed(list(history.walk_revisions())):
            if version.down_revision:
                yield Step(service, str(version.down_revision), version.revision)


@pytest.mark.parametrize("step", list(steps()), ids=lambda step: f"{step.service}-{step.after}")
def test_a_migration_preserves_the_rows_of_the_version_before(
    step: Step, database: Database
) -> None:
    service = load(step.service)
    migrations.upgrade(database, service.migrations, to=step.before)
    fill(database, CONTENTS.get(step.service, {}))
    before = snapshot(database)
    migrations.upgrade(database, service.migrations, to=step.after)
    rewritten = REWRITTEN.get((step.service, step.after), set())
    assert set(losses(before, snapshot(database))) == rewritten
    assert violations(database) == []
    migrations.upgrade(database, service.migrations)
    assert differences(service, database) == []


def test_every_table_of_a_service_can_be_filled_with_rows(service: Any, database: Database) -> None:
    """Its next migration is tried on them by the test above."""
    migrations.upgrade(database, service.migrations)
    fill(database, CONTENTS.get(service.settings.name, {}))
    assert violations(database) == []
    stored = snapshot(database)
    for table in reflect(database).sorted_tables:
        rows = stored[table.name].values()
        assert len(rows) >= ROWS, table.name
        for column in table.columns:
            has_null = any(row[column.name] is None for row in rows)
            assert has_null or not column.nullable, column
            assert any(row[column.name] is not None for row in rows), column


ENV = """
from sqlalchemy import MetaData
from shared import migrations
migrations.run(MetaData())
"""
FIRST = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "1", None
def upgrade():
    op.create_table("tags", sa.Column("id", sa.Integer, primary_key=True),
                    sa.Column("word", sa.String(10)), sa.Column("rank", sa.Integer))
"""
SECOND = """
from alembic import op
revision, down_revision = "2", "1"
def upgrade():
    with op.batch_alter_table("tags") as tags:
        {change}
"""


@pytest.fixture
def history(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that writes a history of two versions, the second with the given change."""

    def write(change: str) -> Path:
        versions = tmp_path / "history" / "versions"
        versions.mkdir(parents=True)
        (versions.parent / "env.py").write_text(ENV)
        (versions / "1.py").write_text(FIRST)
        (versions / "2.py").write_text(SECOND.format(change=change))
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
def test_a_migration_that_loses_a_row_or_a_value_is_found(
    history: Callable[[str], Path], database: Database, change: str, expected: set[str]
) -> None:
    folder = history(change)
    migrations.upgrade(database, folder, to="1")
    fill(database, {})
    before = snapshot(database)
    migrations.upgrade(database, folder)
    assert set(losses(before, snapshot(database))) == expected


@pytest.mark.parametrize(
    "change",
    [
        "tags.alter_column('rank', nullable=False)",
        "tags.create_unique_constraint('uq_tags_word', ['word'])",
    ],
)
def test_a_migration_that_only_an_empty_table_allows_fails_on_a_filled_one(
    history: Callable[[str], Path], database: Database, change: str
) -> None:
    folder = history(change)
    migrations.upgrade(database, folder, to="1")
    fill(database, {})
    with pytest.raises(IntegrityError):
        migrations.upgrade(database, folder)
    assert migrations.pending(database, folder) == ["2"]
