"""Tables of the customer projection, which has only the data that responses need.

The projection has no names and no addresses.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.survey.models import Model
from shared.database import Moment


class Customer(Model):
    """A customer of the registry, as in the event with the highest version received so far."""

    __tablename__ = "customers"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int]
    owner: Mapped[str | None] = mapped_column(String(100), index=True)
    team: Mapped[str | None] = mapped_column(String(100), index=True)


class CustomerIdentity(Model):
    """The customer to whom an external key belongs, from the customer event that states it last.

    `customer_id` and `stated_at` are null while only responses mention the key: the customer is
    not known yet. `stated_at` is the time at which the registry recorded the event.
    """

    __tablename__ = "customer_identities"

    system: Mapped[str] = mapped_column(String(100), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    customer_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)
    stated_at: Mapped[datetime | None] = mapped_column(Moment)
