"""Every existing customer has a row of scores, without a score until scoring publishes one.

Customers whom the running version registers after this get their rows from the worker of this one.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.migrations import backfill

revision = "4c27d8e1b5a3"
down_revision = "9f0143b06a91"

_TEXTS = ("owner", "team")
_CUSTOMERS = sa.table(
    "customers", sa.column("id", sa.Uuid()), *(sa.column(name, sa.String()) for name in _TEXTS)
)
_SCORES = sa.table(
    "scores",
    sa.column("id", sa.Uuid()),
    sa.column("version", sa.Integer()),
    sa.column("value_order", sa.String()),
    *(sa.column(name, sa.String()) for name in _TEXTS),
)


def upgrade() -> None:
    has_row = sa.exists().where(_SCORES.c.id == _CUSTOMERS.c.id)
    backfill(sa.select(_CUSTOMERS).where(~has_row), key=[_CUSTOMERS.c.id], change=_insert)


def downgrade() -> None:
    op.execute(sa.delete(_SCORES))


def _insert(connection: sa.Connection, customers: Sequence[sa.Row[Any]]) -> None:
    rows = [{**customer._asdict(), "version": 0, "value_order": ""} for customer in customers]
    connection.execute(sa.insert(_SCORES), rows)
