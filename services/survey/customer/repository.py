"""Every SELECT on the local copies of customers."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from services.survey.customer.models import Customer, CustomerIdentity
from shared.reader import Reader, Rows

Pair = tuple[str, str]
"""A system and the id it gives."""


def ids_visible_to(reader: Reader) -> Select[UUID] | None:
    """Select the ids of the customers that a reader may see; None stands for everything."""
    if reader.rows is Rows.ALL:
        return None
    column: Any = Customer.owner if reader.rows is Rows.OWN else Customer.team
    mine = reader.subject if reader.rows is Rows.OWN else reader.team
    return select(Customer.id).where(column == mine)


def versions(session: Session, customer_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Tell which version of each of these customers is known here."""
    wanted = Customer.id.in_(list(customer_ids))
    rows = session.execute(select(Customer.id, Customer.version).where(wanted))
    return {customer_id: version for customer_id, version in rows}  # noqa: C416  rows are no pairs


def ids_by_pair(session: Session, pairs: Iterable[Pair]) -> dict[Pair, UUID | None]:
    """Tell which customers these pairs mean; None is a pair that is only known by name."""
    kind = CustomerIdentity
    wanted = tuple_(kind.system, kind.external_id).in_(list(pairs))
    rows = session.execute(select(kind.system, kind.external_id, kind.customer_id).where(wanted))
    return {(system, external_id): customer_id for system, external_id, customer_id in rows}
