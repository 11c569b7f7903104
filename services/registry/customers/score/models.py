"""The table of scores: what the scoring service has published about each customer."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.models import Model
from shared.database import Exact, Moment, sorted_text


class Score(Model):
    """The score of the customer with the same id; every customer has exactly one row.

    `version` is the version of the score in the scoring service. It is 0 and the figures are NULL
    until the first score arrives. `value_order` is the value points as a text that sorts like a
    number, and the empty text, which sorts below all numbers, without a score. `owner` and `team`
    are copies of the customer's, so that the indexes serve callers who see only some customers.
    """

    __tablename__ = "scores"

    id: Mapped[UUID] = mapped_column(
        ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str | None] = mapped_column(String(100))
    team: Mapped[str | None] = mapped_column(String(100))
    value_order: Mapped[str] = mapped_column(sorted_text(64), default="")
    value_points: Mapped[Decimal | None] = mapped_column(Exact)
    customer_class: Mapped[str | None] = mapped_column(String(1))
    rung: Mapped[str | None] = mapped_column(String(20))
    silent: Mapped[bool | None]
    currency: Mapped[str | None] = mapped_column(String(3))
    as_of: Mapped[date | None]
    made_at: Mapped[datetime | None] = mapped_column(Moment)


Index("ix_scores_value_order", Score.value_order, Score.id)
Index("ix_scores_owner", Score.owner, Score.value_order, Score.id)
Index("ix_scores_team", Score.team, Score.value_order, Score.id)
Index("ix_scores_customer_class", Score.customer_class, Score.value_order, Score.id)
Index("ix_scores_rung", Score.rung, Score.value_order, Score.id)
