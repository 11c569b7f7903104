"""A migration of an invented next release: one more revision after a service's own revisions.

`python -m tests.faults.next_release <service> <folder>` runs the migrations in the folder.
"""

import shutil
import sys
from importlib import import_module
from pathlib import Path

from alembic.script import ScriptDirectory

from shared import migrations
from shared.database import Database
from tests.system.product import ROOT

TABLES = {"registry": "orders", "survey": "responses", "scoring": "scores"}
_REVISION = '''"""Add the column of an invented next release."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{head}"


def upgrade() -> None:
    op.add_column("{table}", sa.Column("of_{revision}", sa.String(20)))
    op.create_index("ix_of_{revision}", "{table}", ["of_{revision}"])
'''


def prepare(service: str, folder: Path) -> None:
    """Add a revision to the copy of a service's migrations; create the copy if there is none."""
    if not folder.exists():
        shutil.copytree(ROOT / "services" / service / "migrations", folder)
    script = ScriptDirectory(str(folder))
    revision = f"{len(list(script.walk_revisions())) + 1:04}"
    text = _REVISION.format(
        revision=revision, head=script.get_current_head(), table=TABLES[service]
    )
    (folder / "versions" / f"{revision}_next_release.py").write_text(text)


if __name__ == "__main__":
    service = import_module(f"services.{sys.argv[1]}.__main__").SERVICE
    migrations.upgrade(Database.from_settings(service.settings.read()), Path(sys.argv[2]))
