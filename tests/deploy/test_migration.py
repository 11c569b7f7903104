"""`make migration` writes what the models ask for, in a copy of the tree with a noun more."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODELS = '''"""Tags."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.models import Model
from shared.database import Exact, Moment


class Tag(Model):
    """A word about a customer."""

    __tablename__ = "tags"
    __table_args__ = (UniqueConstraint("customer_id", "word"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    word: Mapped[str] = mapped_column(String(50))
    weight: Mapped[Decimal | None] = mapped_column(Exact)
    made_at: Mapped[datetime] = mapped_column(Moment)
'''
MIGRATION = '''"""Customers get tags."""

import sqlalchemy as sa
from alembic import op

from shared.database import Exact, Moment

revision = "{next}"
down_revision = "{last}"


def upgrade() -> None:
    op.create_table(
        "tags",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("word", sa.String(50), nullable=False),
        sa.Column("weight", Exact, nullable=True),
        sa.Column("made_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_tags_customer_id_customers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        sa.UniqueConstraint("customer_id", "word", name=op.f("uq_tags_customer_id_word")),
    )
    op.create_index(op.f("ix_tags_customer_id"), "tags", ["customer_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_tags_customer_id"), table_name="tags")
    op.drop_table("tags")
'''


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give a copy of what the command reads."""
    for name in ("services", "shared", "deploy"):
        left_out = shutil.ignore_patterns("__pycache__", "openapi")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=left_out)
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(tree: Path, message: str) -> subprocess.CompletedProcess[str]:
    """Type the command as docs/conventions.md writes it, where all is set up."""
    set_up = ["make", "--silent", "--old-file=setup", f"PY={sys.executable}"]
    return subprocess.run(
        [*set_up, "migration", "SERVICE=registry", f"M={message}"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )


def versions(tree: Path) -> dict[str, str]:
    folder = tree / "services/registry/migrations/versions"
    return {path.name: path.read_text("utf-8") for path in folder.glob("*.py")}


def test_a_new_table_gets_a_migration_that_needs_no_hand(tree: Path) -> None:
    """It is in the manner of the house, and makes all that the models ask for."""
    (tree / "services/registry/tag").mkdir()
    (tree / "services/registry/tag/models.py").write_text(MODELS, encoding="utf-8")
    with (tree / "services/registry/app.py").open("a", encoding="utf-8") as app:
        app.write("import services.registry.tag.models\n")
    there = versions(tree)
    last, following = max(there)[:4], f"{len(there) + 1:04}"
    done = make(tree, "customers get tags")
    assert done.returncode == 0, done.stderr
    written = versions(tree)
    expected = MIGRATION.format(last=last, next=following)
    assert written == there | {f"{following}_customers_get_tags.py": expected}
    done = make(tree, "they have all")
    assert (done.returncode != 0, done.stdout) == (True, "The tables are as the models say.\n")
    assert versions(tree) == written


def test_a_column_that_goes_or_comes_is_written_without_a_batch(tree: Path) -> None:
    models = tree / "services/registry/sales/product/models.py"
    text = models.read_text(encoding="utf-8").replace("category:", "colour:")
    models.write_text(text, encoding="utf-8")
    assert make(tree, "Products have a colour.").returncode == 0
    (written,) = (text for name, text in versions(tree).items() if "colour" in name)
    assert written.startswith('"""Products have a colour."""\n')
    _, up, down = written.split("() -> None:\n")
    assert up.splitlines()[:2] == [
        '    op.add_column("products", sa.Column("colour", sa.String(100), nullable=True))',
        '    op.drop_column("products", "category")',
    ]
    assert down.splitlines() == [
        '    op.add_column("products", sa.Column("category", sa.String(100), nullable=True))',
        '    op.drop_column("products", "colour")',
    ]
