"""The table of customers: copies of the registry's customers, updated by its events."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.models import Model
from shared.database import Moment


class Customer(Model):
    """A customer, as described by the highest version that was received from the registry.

    `version` is None until the registry's event arrives. Orders and answers may name a customer
    earlier; the row then exists only so that it can be locked while their facts are written.
    `sort_id` is the customer's smallest external id, written `system:id`. `changed_at` is when
    this service last wrote the row.
    """

    __tablename__ = "customers"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int | None]
    sort_id: Mapped[str | None] = mapped_column(String(201))
    owner: Mapped[str | None] = mapped_column(String(100), index=True)
    team: Mapped[str | None] = mapped_column(String(100), index=True)
    disqualified: Mapped[bool]
    changed_at: Mapped[datetime | None] = mapped_column(Moment)
