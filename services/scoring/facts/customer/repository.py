"""Every SELECT on customers. A customer is "on record" once the registry's event arrived."""

from collections.abc import Iterable, Mapping
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.scoring.facts.customer.models import Customer
from shared.database import RowView
from shared.row_access import SYSTEM_READER, Reader, visible_rows

_ROW = Customer.__table__


def visible_to(reader: Reader, statement: Select[Any]) -> Select[Any]:
    """Restrict a statement to the customers on record that the reader may see.

    A customer of whom only orders or responses have arrived so far has a row without a `version`.
    """
    visible = visible_rows(reader, owner=Customer.owner, team=Customer.team)
    return statement.where(Customer.version.is_not(None), *visible)


def customer(session: Session, reader: Reader, customer_id: UUID) -> RowView | None:
    """Return a customer on record, or None if no such customer is visible to the reader."""
    statement = visible_to(reader, select(_ROW).where(Customer.id == customer_id))
    return cast("RowView | None", session.execute(statement).mappings().first())


def customers(session: Session, reader: Reader = SYSTEM_READER) -> Mapping[UUID, RowView]:
    """Return all customers on record that the reader may see, as rows by customer id."""
    found = session.execute(visible_to(reader, select(_ROW))).mappings().all()
    return {row["id"]: row for row in cast("Iterable[RowView]", found)}
