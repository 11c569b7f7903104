"""The table of products."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.models import Model
from shared.database import Exact, Moment, sorted_text


class Product(Model):
    """A product; every change adds 1 to `version`."""

    __tablename__ = "products"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int]
    code: Mapped[str] = mapped_column(sorted_text(100), unique=True)
    name: Mapped[str] = mapped_column(sorted_text(200))
    category: Mapped[str | None] = mapped_column(String(100), index=True)
    unit_price: Mapped[Decimal | None] = mapped_column(Exact)
    currency: Mapped[str | None] = mapped_column(String(3))
    lifetime_days: Mapped[int | None]
    purchase_cycle_days: Mapped[int | None]
    changed_at: Mapped[datetime] = mapped_column(Moment)


Index("ix_products_name_id", Product.name, Product.id)
