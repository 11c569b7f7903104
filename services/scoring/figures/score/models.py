"""Tables of kept scores and of what was published of them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.models import Model
from shared.database import Exact, Json, Moment


class KeptScore(Model):
    """The score of a customer as computed last: a cache, the facts are what counts.

    It holds until the day `changes_on`. `value_order` sorts as text like the points as numbers.
    `customer_class` is that of the last settlement, since `unsettled_since` it may have moved.
    `version`, `assigned_class` and `assigned_rung` are no cache but what was published last: a
    withdrawn score keeps its row, so that its versions go on rising should it come back.
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
    value_order: Mapped[str] = mapped_column(String(64))
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


Index("ix_scores_value_order", KeptScore.value_order, KeptScore.customer_id)
Index(
    "ix_scores_unsettled",
    KeptScore.unsettled_since,
    postgresql_where=KeptScore.unsettled_since.is_not(None),
    sqlite_where=KeptScore.unsettled_since.is_not(None),
)


class Assignment(Model):
    """What was published of a customer and when: history, which no recomputation touches."""

    __tablename__ = "assignments"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    aspect: Mapped[str] = mapped_column(String(10))
    value: Mapped[str | None] = mapped_column(String(20))
    assigned_at: Mapped[datetime] = mapped_column(Moment)
