"""Alembic's environment for `python -m deploy.migration`, which writes migrations.

This module decides how operations and types look in the migrations' files. Services run their
migrations in another environment, `services/<service>/migrations/env.py`.
"""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.rewriter import Rewriter
from alembic.operations import ops

from shared import database

SHARED_TYPES = {name: getattr(database, name) for name in ("Exact", "Json", "Moment")}
PLAIN_OPERATIONS = (ops.CreateIndexOp, ops.DropIndexOp, ops.AddColumnOp, ops.DropColumnOp)

directives = Rewriter()


@directives.rewrites(ops.ModifyTableOps)
def without_batch(
    _context: Any, _revision: Any, changes: ops.ModifyTableOps
) -> ops.ModifyTableOps | list[ops.MigrateOperation]:
    """Return the changes to a table as plain operations if SQLite can execute each of them.

    Other changes (constraints, types) stay in one of Alembic's batches, which copies the table on
    SQLite and is harder to read.
    """
    if all(isinstance(change, PLAIN_OPERATIONS) for change in changes.ops):
        return changes.ops
    return changes


@directives.rewrites(ops.MigrationScript)
def unless_empty(
    _context: Any, _revision: Any, script: ops.MigrationScript
) -> list[ops.MigrationScript]:
    """Return no script if models and migrations agree, so that Alembic writes no file."""
    return [] if script.upgrade_ops is None or script.upgrade_ops.is_empty() else [script]


def render_item(kind: str, item: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    """Return the source text of a column type, and add the import that the text needs.

    Return False to leave the text to Alembic. The type comes from the models, or from SQLite if
    the migration drops the column.
    """
    if kind != "type":
        return False
    if type(item) in {sa.String, sa.VARCHAR} and item.length:
        return f"sa.String({item.length})"
    for name, type_ in SHARED_TYPES.items():
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
