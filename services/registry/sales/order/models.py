"""The tables of orders and of their lines."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.registry.models import Model
from shared.database import Exact, Moment


class Order(Model):
    """An order or a return; every change adds 1 to `version`, `digest` is from `domain.digest`."""

    __tablename__ = "orders"
    __table_args__ = (UniqueConstraint("system", "external_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int]
    system: Mapped[str] = mapped_column(String(100))
    external_id: Mapped[str] = mapped_column(String(100))
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"))
    anonymous_reference: Mapped[str | None] = mapped_column(String(100), index=True)
    ordered_at: Mapped[datetime] = mapped_column(Moment)
    occurred_on: Mapped[date]
    currency: Mapped[str] = mapped_column(String(3))
    promised_on: Mapped[date | None]
    delivered_on: Mapped[date | None]
    faulty: Mapped[bool]
    digest: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime] = mapped_column(Moment)

    lines: Mapped[list["OrderLine"]] = relationship(
        order_by="OrderLine.ordinal", lazy="selectin", viewonly=True
    )


class OrderLine(Model):
    """A line of an order; `ordinal` is its position, from 0."""

    __tablename__ = "order_lines"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    product_code: Mapped[str] = mapped_column(String(100))
    quantity: Mapped[Decimal] = mapped_column(Exact)
    unit_price: Mapped[Decimal] = mapped_column(Exact)
    discount: Mapped[Decimal] = mapped_column(Exact)
    unit_cost: Mapped[Decimal | None] = mapped_column(Exact)


Index("ix_orders_ordered_at_id", Order.ordered_at, Order.id)
Index("ix_orders_customer_id_ordered_at_id", Order.customer_id, Order.ordered_at, Order.id)
Index("ix_orders_occurred_on_id", Order.occurred_on, Order.id)
Index("ix_order_lines_product_code_order_id", OrderLine.product_code, OrderLine.order_id)
