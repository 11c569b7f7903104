"""Every SELECT on kept scores."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from services.scoring.facts.customer.models import Customer
from services.scoring.facts.customer.repository import visible_to
from services.scoring.figures.score.filters import ScoreFilter
from services.scoring.figures.score.models import KeptScore
from services.scoring.models import Row
from shared.bulk import any_of
from shared.http.async_reads import AsyncReads
from shared.http.pagination import PageRequest, Slice, page
from shared.row_access import SYSTEM_READER, Reader

_ROW = KeptScore.__table__
_MEMBER = [
    *(_ROW.c[name] for name in ("customer_id", "purchases", "revenue", "profit", "rung")),
    *(_ROW.c[name] for name in ("recent_revenue", "excluded", "recent_excluded")),
    *(_ROW.c[name] for name in ("customer_class", "assigned_class", "made_at", "unsettled_since")),
    Customer.sort_id,
]
"""What the portfolio needs of a score, and no more: it reads all of them."""
_AT_ONCE = 1000


def _joined(statement: Select[Any]) -> Select[Any]:
    return statement.join(Customer, Customer.id == KeptScore.customer_id)


_ROW_OF_CUSTOMER = _joined(select(_ROW)).where(KeptScore.customer_id == bindparam("customer_id"))


async def score_row(async_reads: AsyncReads, reader: Reader, customer_id: UUID) -> Row | None:
    """Find the kept score of a customer: the hot read."""
    statement = visible_to(reader, _ROW_OF_CUSTOMER)
    return cast("Row | None", await async_reads.row(statement, {"customer_id": customer_id}))


def scores(session: Session, reader: Reader, filters: ScoreFilter, *, paging: PageRequest) -> Slice:
    """Return a page of the stored scores visible to the reader, in the order of their value."""
    equal = filters.model_dump(exclude_none=True)
    wanted = [_ROW.c[name] == value for name, value in equal.items()]
    return page(
        session,
        visible_to(reader, _joined(select(_ROW)).where(*wanted)),
        paging=paging,
        order=[KeptScore.value_order, KeptScore.customer_id],
    )


def kept_scores(session: Session, customer_ids: Collection[UUID]) -> dict[UUID, Row]:
    """Give the kept scores of some customers."""
    return _by_customer(session, _of_customers(session, customer_ids))


def kept_scores_for_change(session: Session, customer_ids: Collection[UUID]) -> dict[UUID, Row]:
    """Lock the kept scores of some customers, in the order of these."""
    statement = _of_customers(session, customer_ids).order_by(_ROW.c.customer_id)
    return _by_customer(session, statement.with_for_update())


def population(session: Session, reader: Reader, *, streamed: bool = False) -> Iterable[Row]:
    """Give all kept scores that the reader sees, with what breaks their ties, by customer.

    Streamed, they are never all there at once; that needs `Database.streaming`.
    """
    statement = visible_to(reader, _joined(select(*_MEMBER))).order_by(KeptScore.customer_id)
    if streamed:
        statement = statement.execution_options(yield_per=_AT_ONCE)
    return cast("Iterable[Row]", session.execute(statement).mappings())


def due(session: Session, today: date, *, most: int) -> list[UUID]:
    """Name customers whose score the passing of time has changed by a day."""
    statement = _joined(select(KeptScore.customer_id)).where(KeptScore.changes_on <= today)
    statement = visible_to(SYSTEM_READER, statement).order_by(KeptScore.customer_id)
    return list(session.scalars(statement.limit(most)))


def unsettled(session: Session) -> Row:
    """Tell how many scores have moved since the last settlement, and when first and last."""
    figures: list[Any] = [
        func.count().label("scores"),
        func.min(KeptScore.unsettled_since).label("first"),
        func.max(KeptScore.made_at).label("last"),
    ]
    moved = select(*figures).select_from(KeptScore)
    waiting = _joined(moved).where(KeptScore.unsettled_since.is_not(None))
    row = session.execute(visible_to(SYSTEM_READER, waiting)).mappings().one()
    return cast("Row", row)


def _of_customers(session: Session, customer_ids: Collection[UUID]) -> Select[Any]:
    return select(_ROW).where(any_of(session, _ROW.c.customer_id, customer_ids))


def _by_customer(session: Session, statement: Select[Any]) -> dict[UUID, Row]:
    rows = cast("Iterable[Row]", session.execute(statement).mappings().all())
    return {row["customer_id"]: row for row in rows}
