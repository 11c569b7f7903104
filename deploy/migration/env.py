"""Alembic's environment for `python -m deploy.migration`: how operations and types are written.

The environment in which services run their migrations is `services/<service>/migrations/env.py`.
"""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.rewriter import Rewriter
from alembic.operations import ops

from shared import database

TYPES_OF_SHARED = {name: getattr(database, name) for name in ("Exact", "Json", "Moment")}
PLAIN_OPERATIONS = (ops.CreateIndexOp, ops.DropIndexOp, ops.AddColumnOp, ops.DropColumnOp)

directives = Rewriter()


@directives.rewrites(ops.ModifyTableOps)
def without_batch(
    _context: Any, _revision: Any, changes: ops.ModifyTableOps
) -> ops.ModifyTableOps | list[ops.MigrateOperation]:
    """Return the changes to a table as plain operations where SQLite can execute each of them.

    SQLite needs a batch, which copies the table and is harder to read, for constraints and types.
    """
    if all(isinstance(change, PLAIN_OPERATIONS) for change in changes.ops):
        return changes.ops
    return changes


@directives.rewrites(ops.MigrationScript)
def unless_empty(
    _context: Any, _revision: Any, script: ops.MigrationScript
) -> list[ops.MigrationScript]:
    """Return no script where models and migrations agree, so that no file is written."""
    return [] if script.upgrade_ops is None or script.upgrade_ops.is_empty() else [script]


def render_item(kind: str, item: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    """Return a type as the migrations write it and import it; False for what Alembic writes well.

    Types come from the models, or from SQLite for a column that a migration drops.
    """
    if kind != "type":
        return False
    if type(item) in {sa.String, sa.VARCHAR} and item.length:
        return f"sa.String({item.length})"
    for name, type_ in TYPES_OF_SHARED.items():
        if item is type_:
            autogenerate.imports.add(f"from shared.database import {name}")
            return name
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    render_as_batch=True,
    render_item=render_item,
    process_revision_directives=directives,
)
with context.begin_transaction():
    context.run_migrations()
