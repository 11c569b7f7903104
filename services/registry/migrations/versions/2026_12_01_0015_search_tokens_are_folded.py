"""Find customers on record in any letter case, width and spelling of their names.

Tokens are added and none is removed, so the running version finds what it found before. What that
version writes after this has its own tokens only, until the customer's next change.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from shared.database import Json
from shared.migrations import backfill
from shared.texts import fold

revision = "b1f0c6d27a94"
down_revision = "5be0c2d97f14"

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
_CHINESE = re.compile("[\u2e80-\u2fdf\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_NEWLY_CHINESE = re.compile("[\u2e80-\u2fdf\u3005\u3007\U00020000-\U0003ffff]")
_LONGEST_TOKEN = 60


def upgrade() -> None:
    backfill(sa.select(_CUSTOMERS), key=[_CUSTOMERS.c.id], change=_add_tokens)


def downgrade() -> None:
    """Leave the tokens: the version before replaces them at a customer's next change."""


def _add_tokens(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> None:
    added = [
        {"token": token, "customer_id": row.id} for row in rows for token in sorted(_tokens(row))
    ]
    if added:
        connection.execute(_ADD, added)


def _tokens(row: sa.Row[Any]) -> set[str]:
    """Return the tokens of the texts of a customer that the version before split otherwise."""
    texts = (*(getattr(row, name) for name in _TEXTS), *(each["id"] for each in row.external_ids))
    return {
        token
        for text in filter(None, texts)
        if fold(text) != text.lower() or _NEWLY_CHINESE.search(text)
        for token in _split(fold(text))
    }


def _split(folded: str) -> Iterator[str]:
    """Yield a folded text, its words, and the pieces of words with Chinese characters."""
    others = _WORD.findall(_CHINESE.sub(" ", folded))
    for word in (folded, *_WORD.findall(folded), *others):
        yield word[:_LONGEST_TOKEN]
    for run in _CHINESE.findall(folded):
        yield from (run[start : start + 2] for start in range(len(run)))
