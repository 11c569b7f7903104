"""Every SELECT on kept scores."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from services.scoring.customer.models import Customer
from services.scoring.customer.repository import Columns, visible_to
from services.scoring.score.models import KeptScore
from shared.bulk import among
from shared.http.pagination import PageRequest, Slice, page
from shared.reader import EVERYTHING, Reader

_ROW = KeptScore.__table__


def score_row(session: Session, reader: Reader, customer_id: UUID) -> Row[Any] | None:
    """Find the kept score of a customer as a bare row: the hot read."""
    statement = _joined(select(_ROW)).where(KeptScore.customer_id == customer_id)
    return session.execute(visible_to(reader, statement)).first()


def scores(
    session: Session, reader: Reader, *, paging: PageRequest, equal: dict[str, str]
) -> Slice:
    """List kept scores by falling value; `equal` maps columns to what they must be."""
    statement = _joined(select(KeptScore)).filter_by(**equal)
    return page(
        session,
        visible_to(reader, statement),
        paging=paging,
        order=[KeptScore.value_order.desc(), KeptScore.customer_id.desc()],
    )


def kept_rows(session: Session, customer_ids: Collection[UUID]) -> dict[UUID, Columns]:
    """Give the kept scores of some customers."""
    statement = select(_ROW).where(among(session, _ROW.c.customer_id, customer_ids))
    rows = cast("Iterable[Columns]", session.execute(statement).mappings().all())
    return {row["customer_id"]: row for row in rows}


def population(session: Session, reader: Reader) -> Sequence[Columns]:
    """Give all kept scores that the reader sees, with what breaks their ties, by customer."""
    statement = _joined(select(_ROW, Customer.sort_id)).order_by(KeptScore.customer_id)
    rows = session.execute(visible_to(reader, statement)).mappings().all()
    return cast("Sequence[Columns]", rows)


def due(session: Session, today: date, *, most: int) -> list[UUID]:
    """Name customers whose score the passing of time has changed by a day."""
    statement = _joined(select(KeptScore.customer_id)).where(KeptScore.changes_on <= today)
    statement = visible_to(EVERYTHING, statement).order_by(KeptScore.customer_id)
    return list(session.scalars(statement.limit(most)))


def locked_moments(session: Session, customer_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Lock kept scores in the order of their customers; tell when each was made."""
    statement = select(KeptScore.customer_id, KeptScore.made_at).where(
        among(session, _ROW.c.customer_id, customer_ids)
    )
    locked = statement.order_by(KeptScore.customer_id).with_for_update()
    return {row.customer_id: row.made_at for row in session.execute(locked)}


def unsettled(session: Session) -> Columns:
    """Tell how many scores have moved since the last settlement, and when first and last."""
    figures: list[Any] = [
        func.count().label("scores"),
        func.min(KeptScore.unsettled_since).label("first"),
        func.max(KeptScore.made_at).label("last"),
    ]
    moved = select(*figures).select_from(KeptScore)
    waiting = _joined(moved).where(KeptScore.unsettled_since.is_not(None))
    row = session.execute(visible_to(EVERYTHING, waiting)).mappings().one()
    return cast("Columns", row)


def _joined(statement: Select[Any]) -> Select[Any]:
    return statement.join(Customer, Customer.id == KeptScore.customer_id)
