"""Every SELECT on customers."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.scoring.customer.models import Customer
from services.scoring.models import Row
from shared.bulk import among
from shared.reader import EVERYTHING, Reader
from shared.visibility import seen_by

_ROW = Customer.__table__


def visible_to(reader: Reader, statement: Select[Any]) -> Select[Any]:
    """Leave of a statement on customers those on record that the reader may see."""
    seen = seen_by(reader, owner=Customer.owner, team=Customer.team)
    return statement.where(Customer.version.is_not(None), seen)


def customer(session: Session, reader: Reader, customer_id: UUID) -> Row | None:
    """Find a customer on record."""
    statement = visible_to(reader, select(_ROW).where(Customer.id == customer_id))
    return cast("Row | None", session.execute(statement).mappings().first())


def customers(session: Session, reader: Reader = EVERYTHING) -> Mapping[UUID, Row]:
    """Give all customers on record."""
    return _by_id(session, visible_to(reader, select(_ROW)))


def customers_for_change(session: Session, customer_ids: Collection[UUID]) -> dict[UUID, Row]:
    """Lock customers, on record or not, in the order of their ids; the unheard-of are left out."""
    wanted = select(_ROW).where(among(session, _ROW.c.id, customer_ids))
    return _by_id(session, wanted.order_by(_ROW.c.id).with_for_update())


def _by_id(session: Session, statement: Select[Any]) -> dict[UUID, Row]:
    rows = cast("Iterable[Row]", session.execute(statement).mappings().all())
    return {row["id"]: row for row in rows}
