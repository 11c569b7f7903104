"""The tables of customers, and of their external ids, search tokens, tags and changes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.models import Model
from shared.database import Json, Moment, sorted_text


class Customer(Model):
    """A customer; every change adds 1 to `version`."""

    __tablename__ = "customers"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int]
    external_ids: Mapped[list[dict[str, str]]] = mapped_column(Json)
    name: Mapped[str] = mapped_column(sorted_text(200))
    name_en: Mapped[str | None] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    nature: Mapped[str] = mapped_column(String(30))
    ownership: Mapped[str | None] = mapped_column(String(30))
    retail_format: Mapped[str | None] = mapped_column(String(30))
    email: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(50))
    phone_e164: Mapped[str | None] = mapped_column(String(16))
    city: Mapped[str | None] = mapped_column(String(100))
    country: Mapped[str | None] = mapped_column(String(2))
    owner: Mapped[str | None] = mapped_column(String(100))
    team: Mapped[str | None] = mapped_column(String(100))
    internal: Mapped[bool]
    disqualified: Mapped[bool]
    tags: Mapped[list[str]] = mapped_column(Json)
    registered_at: Mapped[datetime] = mapped_column(Moment, index=True)
    changed_at: Mapped[datetime] = mapped_column(Moment)


class CustomerIdentity(Model):
    """An external id, with the id of the customer to whom it belongs."""

    __tablename__ = "customer_identities"

    system: Mapped[str] = mapped_column(String(100), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(
        ForeignKey("customers.id", ondelete="CASCADE"), index=True
    )


class CustomerToken(Model):
    """A search token of a customer: a word or a piece of a word that finds the customer."""

    __tablename__ = "customer_tokens"

    token: Mapped[str] = mapped_column(String(60), primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(
        ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True
    )


class CustomerTag(Model):
    """A tag of a customer, by which the list of customers is filtered."""

    __tablename__ = "customer_tags"

    tag: Mapped[str] = mapped_column(String(100), primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(
        ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class CustomerChange(Model):
    """A change of a customer: the changed fields, and who changed them, when and why."""

    __tablename__ = "customer_changes"

    customer_id: Mapped[UUID] = mapped_column(
        ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str | None] = mapped_column(String(500))
    changes: Mapped[dict[str, Any]] = mapped_column(Json)


Index("ix_customers_city_id", Customer.city, Customer.id)
Index("ix_customers_country_id", Customer.country, Customer.id)
Index("ix_customers_owner_id", Customer.owner, Customer.id)
Index("ix_customers_team_id", Customer.team, Customer.id)
Index("ix_customers_name_id", Customer.name, Customer.id)
Index("ix_customers_owner_name_id", Customer.owner, Customer.name, Customer.id)
Index("ix_customers_team_name_id", Customer.team, Customer.name, Customer.id)
Index("ix_customers_changed_at_id", Customer.changed_at, Customer.id)
Index("ix_customers_owner_changed_at_id", Customer.owner, Customer.changed_at, Customer.id)
Index("ix_customers_team_changed_at_id", Customer.team, Customer.changed_at, Customer.id)
Index("ix_customer_tokens_customer_id", CustomerToken.customer_id)
Index(
    "ix_customer_tokens_prefix",
    CustomerToken.token,
    postgresql_ops={"token": "varchar_pattern_ops"},
)
