"""The digest of orders as their facts have them, which must equal the orders of the registry."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.scoring.facts.fact.domain import FactKind
from services.scoring.facts.fact.models import StoredFact
from shared.money import exact_arithmetic
from shared.reconciliation import ROWS_PER_FETCH, Digest, Range, Record

_KINDS = (FactKind.PURCHASE.value, FactKind.RETURN.value)


def records(session: Session, within: Range) -> Iterator[Record]:
    """Yield the version, customer, day, currency, amount and number of lines of each order.

    An order without lines was withdrawn, and is left out.
    """
    facts = StoredFact.__table__.c
    statement = (
        select(StoredFact.__table__)
        .where(
            facts.superseded_at.is_(None), facts.kind.in_(_KINDS), *within.of(StoredFact.source_id)
        )
        .order_by(facts.source_id, facts.kind)
        .execution_options(yield_per=ROWS_PER_FETCH)
    )
    for order_id, group in groupby(session.execute(statement), attrgetter("source_id")):
        rows = list(group)
        with exact_arithmetic():
            amount = sum((row.amount for row in rows), Decimal(0))
        size, row = sum(row.size for row in rows), rows[0]
        if size:
            values = (row.version, row.named_customer_id, row.occurred_on, row.currency)
            yield order_id, (*values, amount, size)


DIGEST = Digest(noun="registry.order", records=records)
