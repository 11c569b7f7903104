"""The table of customers, a projection of the registry's events."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.models import Model
from shared.database import Moment


class Customer(Model):
    """A customer as of the highest version that was received.

    `version` is None while only facts have named the customer: such a row is there to be locked
    while these facts are written. `sort_id` is the smallest external id, written `system:id`.
    """

    __tablename__ = "customers"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int | None]
    sort_id: Mapped[str | None] = mapped_column(String(201))
    owner: Mapped[str | None] = mapped_column(String(100), index=True)
    team: Mapped[str | None] = mapped_column(String(100), index=True)
    disqualified: Mapped[bool]
    changed_at: Mapped[datetime | None] = mapped_column(Moment)
