"""`python -m deploy.migration SERVICE MESSAGE` writes what the tables of a service lack.

The difference between its models and the tables that its migrations make, as the next migration:
read it, for a program sees a column of another name as one that goes and one that comes, and takes
the type of one that goes from SQLite.
"""

import argparse
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import sqlalchemy as sa
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations import ops

from shared import database, migrations
from shared.models import KitModel
from shared.service import Service

FILE = '''"""{message}."""

import sqlalchemy as sa
from alembic import op

from shared.database import Exact, Json, Moment

revision = "{revision}"
down_revision = {before}


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    {downgrade}
'''
OF_THE_HOUSE = {name: getattr(database, name) for name in ("Exact", "Json", "Moment")}
NEEDS_NO_BATCH = (ops.CreateIndexOp, ops.DropIndexOp, ops.AddColumnOp, ops.DropColumnOp)


def difference(service: Service, file: Path) -> ops.MigrationScript:
    """Compare the models with what the migrations make of an empty SQLite."""
    name = service.settings.name
    models = importlib.import_module(f"services.{name}.models").Model
    made = database.Database(f"sqlite:///{file}", schema=name)
    migrations.upgrade(made, service.migrations)
    with made.connection() as connection:
        context = MigrationContext.configure(connection)
        declared: Any = [models.metadata, KitModel.metadata]
        found = produce_migrations(context, declared)
    made.close()
    return found


def rendered(found: ops.UpgradeOps | ops.DowngradeOps | None) -> str:
    """Write steps; SQLite needs a batch, which is harder to read, for constraints alone."""
    steps = found.ops if found else []
    plain = ops.UpgradeOps([each for step in steps for each in _without_batch(step)])
    code = render_python_code(plain, render_as_batch=True, render_item=_item)
    return re.sub(r" *# ### .*\n?", "", code).strip()


def _without_batch(step: ops.MigrateOperation) -> Sequence[ops.MigrateOperation]:
    if isinstance(step, ops.ModifyTableOps) and all(
        isinstance(each, NEEDS_NO_BATCH) for each in step.ops
    ):
        return step.ops
    return [step]


def _item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write a type as the house does; False for what Alembic writes well."""
    if kind != "type":
        return False
    if type(item) in {sa.String, sa.VARCHAR} and item.length:
        return f"sa.String({item.length})"
    ours = [name for name, type_ in OF_THE_HOUSE.items() if item is type_]
    return ours[0] if ours else False


def written(service: Service, message: str) -> Path | None:
    """Write the next migration, or nothing where the tables are as the models say."""
    with TemporaryDirectory() as folder:
        found = difference(service, Path(folder) / "made.db")
    if not found.upgrade_ops or found.upgrade_ops.is_empty():
        return None
    versions = service.migrations / "versions"
    last = max(_numbers(versions), default=0)
    path = versions / f"{last + 1:04}_{'_'.join(re.findall(r'[a-z0-9]+', message.lower()))}.py"
    text = FILE.format(
        message=message[0].upper() + message[1:].removesuffix("."),
        revision=f"{last + 1:04}",
        before=f'"{last:04}"' if last else None,
        upgrade=rendered(found.upgrade_ops),
        downgrade=rendered(found.downgrade_ops),
    )
    path.write_text(text, encoding="utf-8")
    for tidy in (["check", "--quiet", "--fix", "--select", "F401,I"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *tidy, str(path)], check=True)
    return path


def _numbers(versions: Path) -> Iterator[int]:
    return (int(path.name[:4]) for path in versions.glob("[0-9]*.py"))


def main() -> int:
    """Write and tell where; 1 if there was nothing to write."""
    parser = argparse.ArgumentParser(prog="python -m deploy.migration", description=__doc__)
    parser.add_argument("service", choices=("registry", "survey", "scoring", "gateway"))
    parser.add_argument("message", help="what it does, as in: customers get tags")
    given = parser.parse_args()
    path = written(
        importlib.import_module(f"services.{given.service}.__main__").SERVICE, given.message
    )
    print(path.relative_to(Path.cwd()) if path else "The tables are as the models say.")
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())
