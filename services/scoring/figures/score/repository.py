"""Every SELECT on stored scores."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from services.scoring.facts.customer.models import Customer
from services.scoring.facts.customer.repository import visible_to
from services.scoring.figures.score.filters import ScoreFilter
from services.scoring.figures.score.models import StoredScore
from services.scoring.models import Row
from shared.bulk import any_of
from shared.http.async_reads import AsyncReads
from shared.http.pagination import PageRequest, Slice, page
from shared.row_access import SYSTEM_READER, Reader

_ROW = StoredScore.__table__
_MEMBER = [
    *(_ROW.c[name] for name in ("customer_id", "purchases", "revenue", "profit", "rung")),
    *(_ROW.c[name] for name in ("recent_revenue", "excluded", "recent_excluded")),
    *(_ROW.c[name] for name in ("customer_class", "assigned_class", "made_at", "unsettled_since")),
    Customer.sort_id,
]
"""The columns that figures of all customers need, and no more, because they read every row."""
_ROWS_PER_FETCH = 1000


def _with_customers(statement: Select[Any]) -> Select[Any]:
    """Join scores with their customers, by whom `visible_to` restricts a statement."""
    return statement.join(Customer, Customer.id == StoredScore.customer_id)


_ROW_OF_CUSTOMER = _with_customers(select(_ROW)).where(
    StoredScore.customer_id == bindparam("customer_id")
)


async def score_row(async_reads: AsyncReads, reader: Reader, customer_id: UUID) -> Row | None:
    """Return the stored score of a customer; asynchronous, as this is the most frequent read."""
    statement = visible_to(reader, _ROW_OF_CUSTOMER)
    return cast("Row | None", await async_reads.row(statement, {"customer_id": customer_id}))


def scores(session: Session, reader: Reader, filters: ScoreFilter, *, paging: PageRequest) -> Slice:
    """Return a page of the stored scores visible to the reader, in the order of their value."""
    equal = filters.model_dump(exclude_none=True)
    wanted = [_ROW.c[name] == value for name, value in equal.items()]
    return page(
        session,
        visible_to(reader, _with_customers(select(_ROW)).where(*wanted)),
        paging=paging,
        order=[StoredScore.value_order, StoredScore.customer_id],
    )


def stored_scores(session: Session, customer_ids: Collection[UUID]) -> dict[UUID, Row]:
    """Return the stored scores of these customers, by customer id."""
    return _by_customer(session, _of_customers(session, customer_ids))


def lock_scores(session: Session, customer_ids: Collection[UUID]) -> dict[UUID, Row]:
    """Lock the stored scores of these customers in the order of their ids, and return them."""
    statement = _of_customers(session, customer_ids).order_by(_ROW.c.customer_id)
    return _by_customer(session, statement.with_for_update())


def population(session: Session, reader: Reader, *, streamed: bool = False) -> Iterable[Row]:
    """Return all stored scores that the reader may see, each with the `sort_id` of its customer.

    They come by customer id. Streamed, they are never all in memory at once; that needs a session
    of `Database.streaming`.
    """
    statement = visible_to(reader, _with_customers(select(*_MEMBER))).order_by(
        StoredScore.customer_id
    )
    if streamed:
        statement = statement.execution_options(yield_per=_ROWS_PER_FETCH)
    return cast("Iterable[Row]", session.execute(statement).mappings())


def due_customers(session: Session, today: date, *, limit: int) -> list[UUID]:
    """Return the ids of customers whose score has changed by `today` because time has passed."""
    statement = _with_customers(select(StoredScore.customer_id)).where(
        StoredScore.changes_on <= today
    )
    statement = visible_to(SYSTEM_READER, statement).order_by(StoredScore.customer_id)
    return list(session.scalars(statement.limit(limit)))


def unsettled(session: Session) -> Row:
    """Return how many `scores` changed since the last settlement, and when `first` and `last`."""
    figures: list[Any] = [
        func.count().label("scores"),
        func.min(StoredScore.unsettled_since).label("first"),
        func.max(StoredScore.made_at).label("last"),
    ]
    statement = select(*figures).select_from(StoredScore)
    changed = _with_customers(statement).where(StoredScore.unsettled_since.is_not(None))
    row = session.execute(visible_to(SYSTEM_READER, changed)).mappings().one()
    return cast("Row", row)


def _of_customers(session: Session, customer_ids: Collection[UUID]) -> Select[Any]:
    return select(_ROW).where(any_of(session, _ROW.c.customer_id, customer_ids))


def _by_customer(session: Session, statement: Select[Any]) -> dict[UUID, Row]:
    rows = cast("Iterable[Row]", session.execute(statement).mappings().all())
    return {row["customer_id"]: row for row in rows}
