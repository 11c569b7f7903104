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
from shared.bulk import any_of
from shared.database import RowView
from shared.http.async_reads import AsyncReads
from shared.http.listing import Listing
from shared.http.pagination import PageRequest, Slice
from shared.row_access import SYSTEM_READER, Reader

_ROW = StoredScore.__table__
_MEMBER = [
    *(_ROW.c[name] for name in ("customer_id", "purchases", "revenue", "profit", "rung")),
    *(_ROW.c[name] for name in ("recent_revenue", "excluded", "recent_excluded")),
    *(_ROW.c[name] for name in ("customer_class", "assigned_class", "made_at", "unsettled_since")),
    Customer.sort_id,
]
"""Only the columns needed to compute figures of all customers, because every row is read."""
_ROWS_PER_FETCH = 1000


def _with_customers(statement: Select[Any]) -> Select[Any]:
    """Join a statement on scores with customers, which `visible_to` needs to restrict it."""
    return statement.join(Customer, Customer.id == StoredScore.customer_id)


_ROW_OF_CUSTOMER = _with_customers(select(_ROW)).where(
    StoredScore.customer_id == bindparam("customer_id")
)


async def score_row(async_reads: AsyncReads, reader: Reader, customer_id: UUID) -> RowView | None:
    """Return the stored score of a customer, or None if it is not visible to the reader.

    The function is asynchronous, because this is the most frequent read.
    """
    statement = visible_to(reader, _ROW_OF_CUSTOMER)
    return cast("RowView | None", await async_reads.row(statement, {"customer_id": customer_id}))


SCORES = Listing(
    id=StoredScore.customer_id,
    sorts={"value_points": [StoredScore.value_order, StoredScore.customer_id]},
    default="-value_points",
    columns={
        "class": StoredScore.customer_class,
        "rung": StoredScore.rung,
        "silent": StoredScore.silent,
    },
    facets=("class", "rung", "silent"),
)
"""The list of scores."""


def scores(session: Session, reader: Reader, filters: ScoreFilter, *, paging: PageRequest) -> Slice:
    """Return a page of the stored scores that the reader sees and the filters match."""
    statement = visible_to(reader, _with_customers(select(_ROW)))
    return SCORES.page(session, statement, paging=paging, filters=filters)


def stored_scores(session: Session, customer_ids: Collection[UUID]) -> dict[UUID, RowView]:
    """Return the stored scores of these customers, by customer id."""
    return _by_customer(session, _select_scores(session, customer_ids))


def lock_scores(session: Session, customer_ids: Collection[UUID]) -> dict[UUID, RowView]:
    """Lock the stored scores of these customers in ascending order of id; return them by id."""
    statement = _select_scores(session, customer_ids).order_by(_ROW.c.customer_id)
    return _by_customer(session, statement.with_for_update())


def population(session: Session, reader: Reader, *, streamed: bool = False) -> Iterable[RowView]:
    """Return all stored scores that the reader may see, ordered by customer id.

    The rows have the columns of `_MEMBER`. If `streamed`, rows are fetched in portions, so that
    they are never all in memory; the session must then come from `Database.streaming`.
    """
    statement = visible_to(reader, _with_customers(select(*_MEMBER))).order_by(
        StoredScore.customer_id
    )
    if streamed:
        statement = statement.execution_options(yield_per=_ROWS_PER_FETCH)
    return cast("Iterable[RowView]", session.execute(statement).mappings())


def due_customers(session: Session, today: date, *, limit: int) -> list[UUID]:
    """Return the ids of up to `limit` customers whose scores must be recomputed by `today`.

    The stored scores are outdated only because days have passed.
    """
    statement = _with_customers(select(StoredScore.customer_id)).where(
        StoredScore.changes_on <= today
    )
    statement = visible_to(SYSTEM_READER, statement).order_by(StoredScore.customer_id)
    return list(session.scalars(statement.limit(limit)))


def unsettled(session: Session) -> RowView:
    """Return a row about the scores that have changed since classes were last computed.

    A score that was withdrawn since then has changed too: the others may have another class.

    `scores` is the number of these scores, `first` and `last` are the times of the first and the
    last change.
    """
    columns: list[Any] = [
        func.count().label("scores"),
        func.min(StoredScore.unsettled_since).label("first"),
        func.max(StoredScore.made_at).label("last"),
    ]
    statement = select(*columns).select_from(StoredScore)
    of_changed = _with_customers(statement).where(
        StoredScore.unsettled_since.is_not(None),
        Customer.version.is_not(None) | StoredScore.withdrawn,
    )
    row = session.execute(of_changed).mappings().one()
    return cast("RowView", row)


def _select_scores(session: Session, customer_ids: Collection[UUID]) -> Select[Any]:
    return select(_ROW).where(any_of(session, _ROW.c.customer_id, customer_ids))


def _by_customer(session: Session, statement: Select[Any]) -> dict[UUID, RowView]:
    rows = cast("Iterable[RowView]", session.execute(statement).mappings().all())
    return {row["customer_id"]: row for row in rows}
