"""The digest of customers: the fields that the copies in other services must equal."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from services.registry.customers.customer.models import Customer
from shared.reconciliation import Digest, Range, Record, select_records

FIELDS = (Customer.version, Customer.owner, Customer.team)


def records(session: Session, within: Range) -> Iterator[Record]:
    """Yield the version, owner and team of each customer within a range."""
    return select_records(session, Customer.id, FIELDS, within)


DIGEST = Digest(noun="registry.customer", records=records)
