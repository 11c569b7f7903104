"""Fill the table of the tags of customers.

Tags that the running release writes meanwhile are added at the next change of the customer.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.database import Json
from shared.migrations import backfill

revision = "8a3f0c6be2d4"
down_revision = "1d7d65673ae5"

_CUSTOMERS = sa.table("customers", sa.column("id", sa.Uuid()), sa.column("tags", Json))
_ADD = sa.text(
    "INSERT INTO customer_tags (tag, customer_id) VALUES (:tag, :customer_id)"
    " ON CONFLICT DO NOTHING"
).bindparams(sa.bindparam("customer_id", type_=sa.Uuid()))


def upgrade() -> None:
    backfill(sa.select(_CUSTOMERS), key=[_CUSTOMERS.c.id], change=_add_tags)


def downgrade() -> None:
    op.execute("DELETE FROM customer_tags")


def _add_tags(connection: sa.Connection, customers: Sequence[sa.Row[Any]]) -> None:
    """Insert a row for each tag of each customer; rows that exist stay."""
    rows = [{"tag": tag, "customer_id": row.id} for row in customers for tag in row.tags]
    if rows:
        connection.execute(_ADD, rows)
