"""Migrations lose nothing."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from shared import migrations
from shared.database import Database
from tests.shared.kit import Kit

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
    op.create_table("parents", sa.Column("id", sa.Integer, primary_key=True),
                    sa.Column("name", sa.String(10)))
    op.create_table("children", sa.Column("id", sa.Integer, primary_key=True), sa.Column(
        "parent_id", sa.Integer, sa.ForeignKey("parents.id", ondelete="CASCADE")))
def downgrade():
    op.drop_table("children")
    op.drop_table("parents")
"""
SECOND = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "2", "1"
def upgrade():
    with op.batch_alter_table("parents") as parents:
        parents.alter_column("name", type_=sa.String(20), existing_type=sa.String(10))
def downgrade():
    pass
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a history of two versions."""
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions.parent / "env.py").write_text(ENV)
    (versions / "1.py").write_text(FIRST)
    (versions / "2.py").write_text(SECOND)
    return versions.parent


def count(database: Database, table: str) -> int:
    with database.connection() as connection:
        counting = sa.select(sa.func.count()).select_from(sa.table(table))
        return connection.execute(counting).scalar_one()


def test_changing_a_table_keeps_the_rows_that_refer_to_it(kit: Kit, folder: Path) -> None:
    """SQLite makes it anew and drops the old one, which would cascade."""
    migrations.upgrade(kit.database, folder, to="1")
    with kit.database.transaction() as session:
        session.execute(sa.text("INSERT INTO parents VALUES (1, 'a')"))
        session.execute(sa.text("INSERT INTO children VALUES (1, 1)"))
    migrations.upgrade(kit.database, folder)
    assert (count(kit.database, "parents"), count(kit.database, "children")) == (1, 1)
    with kit.database.transaction() as session:
        session.execute(sa.text("DELETE FROM parents"))
    assert count(kit.database, "children") == 0


def test_what_is_missing_is_told_before_it_is_run(kit: Kit, folder: Path) -> None:
    assert migrations.pending(kit.database, folder) == ["1", "2"]
    migrations.upgrade(kit.database, folder, to="1")
    assert migrations.pending(kit.database, folder) == ["2"]
    migrations.upgrade(kit.database, folder)
    assert migrations.pending(kit.database, folder) == []
