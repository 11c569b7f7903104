"""Find customers on record by each piece of a word that mixes Chinese with letters or digits.

Tokens are added and none is removed, so the running version finds what it found before. What that
version writes after this has its own tokens only, until the customer's next change.
"""

import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.database import Json

revision = "0003"
down_revision = "0002"

_AT_ONCE = 1000
_TEXTS = ("name", "name_en", "email", "phone", "city")
_CUSTOMERS = sa.table(
    "customers",
    sa.column("id", sa.Uuid()),
    sa.column("external_ids", Json),
    *(sa.column(name, sa.String()) for name in _TEXTS),
)
_ADD = sa.text(
    "INSERT INTO customer_tokens (token, customer_id) VALUES (:token, :customer_id)"
    " ON CONFLICT DO NOTHING"
).bindparams(sa.bindparam("customer_id", type_=sa.Uuid()))

_WORD = re.compile(r"[^\W_]+(?:[-'.@+][^\W_]+)*")
_CHINESE = re.compile(r"[㐀-鿿豈-﫿]+")
_LONGEST_TOKEN = 60


def upgrade() -> None:
    connection = op.get_bind()
    some = sa.select(_CUSTOMERS).order_by(_CUSTOMERS.c.id).limit(_AT_ONCE)
    rows = connection.execute(some).all()
    while rows:
        added = [
            {"token": token, "customer_id": row.id} for row in rows for token in sorted(_new(row))
        ]
        if added:
            connection.execute(_ADD, added)
        rows = connection.execute(some.where(_CUSTOMERS.c.id > rows[-1].id)).all()


def downgrade() -> None:
    """Leave the tokens: the version before replaces them at a customer's next change."""


def _new(row: Any) -> set[str]:
    texts = (*(getattr(row, name) for name in _TEXTS), *(one["id"] for one in row.external_ids))
    return {token for text in texts if text for token in _tokens(text.lower())}


def _tokens(text: str) -> Iterator[str]:
    runs = _CHINESE.findall(text)
    if not runs:
        return
    for run in runs:
        yield from (run[at : at + 2] for at in range(len(run)))
    for word in _WORD.findall(_CHINESE.sub(" ", text)):
        yield word[:_LONGEST_TOKEN]
