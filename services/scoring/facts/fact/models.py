"""The table of facts."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.models import Model
from shared.database import Exact, Moment


class StoredFact(Model):
    """A stored fact; `domain.Fact` explains the columns that both have.

    `written_at` is when this service last wrote the row; stored figures that were computed earlier
    may be outdated. `source_system` and `source_external_id` are the id of the order in another
    system; they are NULL for an answer, and for an order that was last received by a release
    without these columns (a replay fills them).

    `anonymous_reference` was a field of order events once and is always NULL in new rows. The
    column can be dropped as soon as no release that writes it is in use.
    """

    __tablename__ = "facts"

    fact_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    source_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    customer_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)
    named_customer_id: Mapped[UUID | None] = mapped_column(Uuid)
    anonymous_reference: Mapped[str | None] = mapped_column(String(200))
    occurred_at: Mapped[datetime] = mapped_column(Moment)
    occurred_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    superseded_at: Mapped[datetime | None] = mapped_column(Moment)
    amount: Mapped[Decimal] = mapped_column(Exact)
    currency: Mapped[str | None] = mapped_column(String(3))
    cost: Mapped[Decimal | None] = mapped_column(Exact)
    size: Mapped[int]
    written_at: Mapped[datetime] = mapped_column(Moment)
    source_system: Mapped[str | None] = mapped_column(String(100))
    source_external_id: Mapped[str | None] = mapped_column(String(100))
