"""Tables of stored scores, and of the history of published classes and rungs."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, Uuid, false
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.models import Model
from shared.database import Exact, Json, Moment, sorted_text


class StoredScore(Model):
    """The score of a customer as it was computed last, a cache of a computation from the facts.

    The figures are valid until the day before `changes_on`. `value_order` is the value points as a
    text that sorts like a number. `customer_class` was computed by the last settlement (the
    computation of the classes of all customers); if the score has changed since, `unsettled_since`
    is the time of the first change, otherwise NULL. `version`, `assigned_class` and `assigned_rung`
    are not a cache: they are what was published last. A row is never deleted, so that versions only
    increase; the score of a customer who is not on record any more is `withdrawn`.
    `traceparent` is the trace in which the score was computed, to which the events belong that the
    next settlement publishes about it.
    """

    __tablename__ = "scores"

    customer_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int]
    as_of: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(Moment)
    model_id: Mapped[UUID] = mapped_column(Uuid)
    model_version: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    value_points: Mapped[Decimal] = mapped_column(Exact)
    value_order: Mapped[str] = mapped_column(sorted_text(64))
    rung: Mapped[str] = mapped_column(String(20))
    silent: Mapped[bool]
    satisfaction_index: Mapped[Decimal | None] = mapped_column(Exact)
    satisfaction_n: Mapped[int | None]
    revenue: Mapped[Decimal] = mapped_column(Exact)
    recent_revenue: Mapped[Decimal] = mapped_column(Exact)
    profit: Mapped[Decimal | None] = mapped_column(Exact)
    purchases: Mapped[int]
    purchase_days: Mapped[int]
    last_purchase_on: Mapped[date | None]
    excluded: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    recent_excluded: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    changes_on: Mapped[date | None] = mapped_column(index=True)
    customer_class: Mapped[str | None] = mapped_column(String(1))
    unsettled_since: Mapped[datetime | None] = mapped_column(Moment)
    assigned_class: Mapped[str | None] = mapped_column(String(1))
    assigned_rung: Mapped[str | None] = mapped_column(String(20))
    withdrawn: Mapped[bool] = mapped_column(default=False, server_default=false())
    traceparent: Mapped[str | None] = mapped_column(String(55))


Index("ix_scores_value_order", StoredScore.value_order, StoredScore.customer_id)
Index(
    "ix_scores_unsettled",
    StoredScore.unsettled_since,
    postgresql_where=StoredScore.unsettled_since.is_not(None),
    sqlite_where=StoredScore.unsettled_since.is_not(None),
)


class Assignment(Model):
    """An entry, never recomputed, in the history of classes and rungs of the loyalty ladder.

    `aspect` is "class" or "rung"; `value` is the customer's new class or rung, None for no class.
    """

    __tablename__ = "assignments"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    aspect: Mapped[str] = mapped_column(String(10))
    value: Mapped[str | None] = mapped_column(String(20))
    assigned_at: Mapped[datetime] = mapped_column(Moment)
