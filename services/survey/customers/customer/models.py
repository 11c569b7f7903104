"""Tables of the customer projection: no names or addresses, only what responses need."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.survey.models import Model
from shared.database import Moment


class Customer(Model):
    """A customer of the registry, in the highest version received."""

    __tablename__ = "customers"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int]
    owner: Mapped[str | None] = mapped_column(String(100), index=True)
    team: Mapped[str | None] = mapped_column(String(100), index=True)


class CustomerIdentity(Model):
    """The customer that an external key means.

    `customer_id` is null while a response has named the key and no customer event has stated it.
    """

    __tablename__ = "customer_identities"

    system: Mapped[str] = mapped_column(String(100), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    customer_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)
    stated_at: Mapped[datetime | None] = mapped_column(Moment)
