"""Every SELECT on the customer projection."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.survey.customers.customer.domain import ExternalKey, group_by_system
from services.survey.customers.customer.models import Customer, CustomerIdentity
from shared.row_access import Reader, Rows, visible_rows


def visible_customer_ids(reader: Reader) -> Select[UUID] | None:
    """Return a SELECT of the ids of the customers that the reader may see; None means all."""
    if reader.rows is Rows.ALL:
        return None
    return select(Customer.id).where(
        *visible_rows(reader, owner=Customer.owner, team=Customer.team)
    )


def customer_ids_by_key(
    session: Session, keys: Iterable[ExternalKey]
) -> dict[ExternalKey, UUID | None]:
    """Return the customer id by external key; external keys that are not stored are left out.

    The customer id is None if responses mention the external key, but no customer event does yet.
    """
    found = {}
    for system, external_ids in group_by_system(keys).items():
        statement = select(CustomerIdentity.external_id, CustomerIdentity.customer_id).where(
            CustomerIdentity.system == system, CustomerIdentity.external_id.in_(external_ids)
        )
        for external_id, customer_id in session.execute(statement):
            found[system, external_id] = customer_id
    return found


def has_any_key(
    system: InstrumentedAttribute[str | None],
    external_id: InstrumentedAttribute[str | None],
    keys: Iterable[ExternalKey],
) -> ColumnElement[bool]:
    """Return the SQL condition that the two columns of a row contain one of these external keys."""
    return or_(
        *((system == name) & external_id.in_(ids) for name, ids in group_by_system(keys).items())
    )


def is_visible_to(session: Session, reader: Reader, customer: UUID | ExternalKey) -> bool:
    """Return whether the reader may see the customer with this id or external key.

    The result is True for every customer, even an unknown one, if the reader sees all rows.
    """
    visible = visible_customer_ids(reader)
    if visible is None:
        return True
    if isinstance(customer, UUID):
        customer_id: UUID | None = customer
    else:
        customer_id = customer_ids_by_key(session, [customer]).get(customer)
    return session.scalar(visible.where(Customer.id == customer_id)) is not None
