"""Store the phone numbers of customers on record in E.164, and find customers by their digits.

A number without a country code belongs to the company's country (REGISTRY_COUNTRY or
PATRON_COUNTRY). A number that is not known to be assigned stays without E.164. Versions and
published states do not change: the next change of a customer publishes the number in E.164.
"""

import os
import re
from collections.abc import Iterator, Sequence
from typing import Any

import phonenumbers
import sqlalchemy as sa
from alembic import op

from shared.migrations import backfill

revision = "7d1c0b9a52ee"
down_revision = "404dc34e72b1"

_CUSTOMERS = sa.table(
    "customers",
    sa.column("id", sa.Uuid()),
    sa.column("phone", sa.String()),
    sa.column("phone_e164", sa.String()),
)
_SET = (
    sa.update(_CUSTOMERS)
    .where(_CUSTOMERS.c.id == sa.bindparam("customer_id"))
    .values(phone_e164=sa.bindparam("e164"))
)
_ADD = sa.text(
    "INSERT INTO customer_tokens (token, customer_id) VALUES (:token, :customer_id)"
    " ON CONFLICT DO NOTHING"
).bindparams(sa.bindparam("customer_id", type_=sa.Uuid()))
_FORMAT = phonenumbers.PhoneNumberFormat
_EXTENSIONS = (
    (re.compile(r"(转|轉|分机|分機|内线|內線)\s*[:：]?"), " ext. "),
    (re.compile(r"\s*[-–—]\s*(\d{1,5})$"), r" ext. \1"),
)


def upgrade() -> None:
    without = _CUSTOMERS.c.phone.is_not(None) & _CUSTOMERS.c.phone_e164.is_(None)
    rows = sa.select(_CUSTOMERS.c.id, _CUSTOMERS.c.phone).where(without)
    backfill(rows, key=[_CUSTOMERS.c.id], change=_store)


def downgrade() -> None:
    op.execute("UPDATE customers SET phone_e164 = NULL")


def _store(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> None:
    country = os.environ.get("REGISTRY_COUNTRY") or os.environ.get("PATRON_COUNTRY") or "CN"
    found = [
        {"customer_id": row.id, "e164": phonenumbers.format_number(number, _FORMAT.E164)}
        for row in rows
        for number in _valid_numbers(row.phone, country)
    ]
    if found:
        connection.execute(_SET, found)
        tokens = [
            {"customer_id": each["customer_id"], "token": token}
            for each in found
            for token in _tokens(each["e164"])
        ]
        connection.execute(_ADD, tokens)


def _tokens(e164: str) -> set[str]:
    """Return the digits of a number, as dialled from other countries and in its own country."""
    national = phonenumbers.format_number(phonenumbers.parse(e164), _FORMAT.NATIONAL)
    return {re.sub(r"\D", "", text) for text in (e164, national)}


def _valid_numbers(text: str, country: str) -> Iterator[phonenumbers.PhoneNumber]:
    """Yield the number in a text, if it is known to be assigned."""
    for mark, replacement in _EXTENSIONS:
        text = mark.sub(replacement, text)
        try:
            number = phonenumbers.parse(text, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            yield number
            return
