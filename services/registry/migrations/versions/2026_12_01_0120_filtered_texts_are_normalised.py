"""Filters find what earlier releases stored in another spelling.

Ids stay as they are, because two of them could become one: `duplicates` lists them. Versions and
times stay, too, and nothing is published: no value has changed for a reader.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from shared.database import Json
from shared.migrations import backfill, normalise_columns
from shared.texts import normalise_stored

revision = "90b7f4e21c6d"
down_revision = "364ac3d1b42e"

_CUSTOMER_TEXTS = ("city", "owner", "team")
_CUSTOMERS = sa.table(
    "customers",
    sa.column("id", sa.Uuid()),
    sa.column("tags", Json),
    *(sa.column(name, sa.String()) for name in _CUSTOMER_TEXTS),
)
_SCORES = sa.table(
    "scores",
    sa.column("id", sa.Uuid()),
    sa.column("owner", sa.String()),
    sa.column("team", sa.String()),
)
_PRODUCTS = sa.table(
    "products",
    sa.column("id", sa.Uuid()),
    sa.column("name", sa.String()),
    sa.column("category", sa.String()),
)
_TAGS = sa.table(
    "customer_tags", sa.column("tag", sa.String()), sa.column("customer_id", sa.Uuid())
)


def upgrade() -> None:
    normalise_columns(_CUSTOMERS, _CUSTOMER_TEXTS)
    normalise_columns(_SCORES, ["owner", "team"])
    normalise_columns(_PRODUCTS, ["name", "category"])
    backfill(
        sa.select(_CUSTOMERS.c.id, _CUSTOMERS.c.tags),
        key=[_CUSTOMERS.c.id],
        change=_normalise_tags,
    )


def downgrade() -> None:
    """Leave the texts: the version before reads them, too."""


def _normalise_tags(connection: sa.Connection, customers: Sequence[sa.Row[Any]]) -> None:
    """Normalise the tags of customers; a tag that is then there twice is stored once."""
    for customer in customers:
        normal = list(map(normalise_stored, customer.tags))
        if normal != customer.tags:
            tags = list(dict.fromkeys(normal))
            is_customer = _CUSTOMERS.c.id == customer.id
            connection.execute(sa.update(_CUSTOMERS).where(is_customer).values(tags=tags))
            connection.execute(sa.delete(_TAGS).where(_TAGS.c.customer_id == customer.id))
            rows = [{"tag": tag, "customer_id": customer.id} for tag in tags]
            connection.execute(sa.insert(_TAGS), rows)
