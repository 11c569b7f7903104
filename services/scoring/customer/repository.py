"""Every SELECT on customers."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.scoring.customer.models import Customer
from shared.bulk import among
from shared.reader import EVERYTHING, Reader, Rows

_ROW = Customer.__table__

Columns = Mapping[str, Any]
"""A row by the names of its columns."""


def visible_to(reader: Reader, statement: Select[Any]) -> Select[Any]:
    """Leave of a statement on customers those on record that the reader may see."""
    statement = statement.where(Customer.version.is_not(None))
    if reader.rows is Rows.OWN:
        return statement.where(Customer.owner == reader.subject)
    if reader.rows is Rows.TEAM:
        return statement.where(Customer.team == reader.team)
    return statement


def customer(session: Session, reader: Reader, customer_id: UUID) -> Columns | None:
    """Find a customer on record."""
    statement = visible_to(reader, select(_ROW).where(Customer.id == customer_id))
    return cast("Columns | None", session.execute(statement).mappings().first())


def customers(session: Session, reader: Reader = EVERYTHING) -> Mapping[UUID, Columns]:
    """Give all customers on record."""
    return _by_id(session, visible_to(reader, select(_ROW)))


def locked(session: Session, customer_ids: Collection[UUID]) -> dict[UUID, Columns]:
    """Lock customers, on record or not, in the order of their ids; the unheard-of are left out."""
    wanted = select(_ROW).where(among(session, _ROW.c.id, customer_ids))
    statement = wanted.order_by(_ROW.c.id).with_for_update()
    return _by_id(session, statement)


def _by_id(session: Session, statement: Select[Any]) -> dict[UUID, Columns]:
    rows = cast("Iterable[Columns]", session.execute(statement).mappings().all())
    return {row["id"]: row for row in rows}
