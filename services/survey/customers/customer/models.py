"""Local copies of the registry's customers: no names, only what answers need."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.survey.models import Model
from shared.database import Moment


class Customer(Model):
    """A customer as of the highest version seen."""

    __tablename__ = "customers"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int]
    owner: Mapped[str | None] = mapped_column(String(100), index=True)
    team: Mapped[str | None] = mapped_column(String(100), index=True)


class CustomerIdentity(Model):
    """Which customer another system means by an id; none yet where only an answer named it."""

    __tablename__ = "customer_identities"

    system: Mapped[str] = mapped_column(String(100), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    customer_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)
    stated_at: Mapped[datetime | None] = mapped_column(Moment)
