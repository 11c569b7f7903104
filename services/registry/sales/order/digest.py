"""The digest of orders: the fields that the facts of orders in scoring must equal."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.sales.order.models import Order
from services.registry.sales.order.service import order_of
from shared.reconciliation import ROWS_PER_FETCH, Digest, Range, Record


def records(session: Session, within: Range) -> Iterator[Record]:
    """Yield the version, customer, day, currency, amount and number of lines of each order."""
    statement = (
        select(Order)
        .where(*within.of(Order.id))
        .order_by(Order.id)
        .execution_options(yield_per=ROWS_PER_FETCH)
    )
    for row in session.scalars(statement):
        amount = order_of(row).amount
        values = (row.version, row.customer_id, row.occurred_on, row.currency, amount)
        yield row.id, (*values, len(row.lines))


DIGEST = Digest(noun="registry.order", records=records)
