"""Request and response bodies of orders."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field

from services.registry.sales.order import domain
from shared.clock import local_day
from shared.errors import Fault, Invalid
from shared.http.schemas import (
    Body,
    Code,
    Currency,
    CustomerReference,
    Day,
    Exact,
    ExternalIdIn,
    ExternalIdOut,
    Flag,
    Moment,
    Name,
    Page,
)

_ID = {"external_id": {"system": "shop", "id": "SO-20260131-17"}}
_LINES: list[dict[str, Any]] = [
    {
        "product_code": "WM-800",
        "product_name": "滚筒洗衣机 8 kg",
        "quantity": "2",
        "unit_price": "2599.00",
        "discount": "98.00",
        "unit_cost": "1980.00",
    },
    {
        "product_code": "WM-800-FILTER",
        "product_name": "洗衣机滤芯",
        "quantity": "3",
        "unit_price": "39.90",
        "discount": "0",
        "unit_cost": "21.50",
    },
]
_PLACED: dict[str, Any] = {
    "ordered_at": "2026-01-31T09:30:00+08:00",
    "currency": "CNY",
    "promised_on": "2026-02-05",
    "delivered_on": "2026-02-04",
    "faulty": False,
}
_EXAMPLE = _PLACED | {"customer": {"system": "erp", "id": "10017"}, "lines": _LINES}
_ON_RECORD: dict[str, Any] = _PLACED | {
    "id": "0199a7c0-0000-7000-8000-000000000003",
    "version": 1,
    "customer_id": "0199a7c0-0000-7000-8000-000000000001",
    "anonymous_reference": None,
    "ordered_at": "2026-01-31T01:30:00Z",
    "occurred_on": "2026-01-31",
    "amount": "5219.70",
    "lines": [{k: v for k, v in line.items() if k != "product_name"} for line in _LINES],
    "recorded_at": "2026-01-31T01:30:02Z",
}


class OrderLineOut(Body):
    """A line of an order; its exact amount is quantity times unit_price, less the discount."""

    product_code: Code = Field(examples=["WM-800"])
    quantity: Exact = Field(description="Quantity; negative for a returned item.", examples=["2"])
    unit_price: Exact = Field(examples=["2599.00"])
    discount: Exact = Field(
        "0", validate_default=True, description="Discount on the whole line, 0 or more."
    )
    unit_cost: Exact | None = Field(None, description="What one unit cost us, if known.")


class OrderLineIn(OrderLineOut):
    """A line to record."""

    product_name: Name | None = Field(
        None,
        description="Name of the product for the catalogue; a later name replaces an earlier one. "
        "A key with `rows: own` or `rows: team` only names products that the catalogue lacks.",
    )


class OrderUpsert(CustomerReference):
    """An order as a caller writes it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    customer: ExternalIdIn | None = Field(
        None,
        description="The customer who bought, by an external id. Without a customer the purchase "
        "is anonymous, which only a key that sees all rows records.",
    )
    customer_id: UUID | None = Field(
        None, description="The customer by `id`; give this or `customer`, not both."
    )
    anonymous_reference: Code | None = Field(
        None,
        description="Card, device or receipt by which an anonymous shopper (顾客) is recognised.",
    )
    ordered_at: Moment
    currency: Currency
    lines: list[OrderLineIn] = Field(min_length=1, max_length=domain.MAX_LINES)
    promised_on: Day | None = Field(None, description="Day by which delivery was promised.")
    delivered_on: Day | None = Field(None, description="Day of delivery.")
    faulty: Flag = Field(False, description="Whether something was wrong with the order.")

    def order(self, system: str, external_id: str, *, zone: ZoneInfo) -> domain.Order:
        """Return the order; Invalid with the faults of its lines."""
        lines = tuple(_line(line) for line in self.lines)
        faults = [
            Fault(f"/lines/{index}/{field}", "out_of_range", message)
            for index, line in enumerate(lines)
            for field, message in domain.line_faults(line)
        ]
        if faults:
            raise Invalid(*faults[:100])
        return domain.Order(
            system=system,
            external_id=external_id,
            customer_id=self.customer_id,
            anonymous_reference=self.anonymous_reference,
            ordered_at=self.ordered_at,
            occurred_on=local_day(self.ordered_at, zone),
            currency=self.currency,
            lines=lines,
            promised_on=self.promised_on,
            delivered_on=self.delivered_on,
            faulty=self.faulty,
        )

    def product_names(self) -> dict[str, str]:
        """Return the names of the products of all lines by code; empty where no line has one."""
        unnamed = {line.product_code: "" for line in self.lines}
        named = {line.product_code: line.product_name for line in self.lines if line.product_name}
        return unnamed | named


class OrderCreate(OrderUpsert):
    """An order to record."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ID | _EXAMPLE]})

    external_id: ExternalIdIn


class OrderOut(Body):
    """An order on record."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ID | _ON_RECORD]})

    id: UUID
    version: int = Field(
        description="Version of the order, which grows with every change; it is the ETag."
    )
    external_id: ExternalIdOut
    customer_id: UUID | None
    anonymous_reference: str | None
    ordered_at: datetime
    occurred_on: date = Field(description="Business day of `ordered_at`.")
    currency: str
    amount: Exact = Field(description="Exact sum of the lines; negative for a return.")
    lines: list[OrderLineOut]
    promised_on: date | None
    delivered_on: date | None
    faulty: bool
    recorded_at: datetime


class OrderPage(Page[OrderOut]):
    """A page of orders."""


def _line(body: OrderLineOut) -> domain.Line:
    return domain.Line(
        body.product_code, body.quantity, body.unit_price, body.discount, body.unit_cost
    )


def order_out(row: Any) -> OrderOut:
    """Present an order."""
    lines = [OrderLineOut.model_construct(**_line_values(line)) for line in row.lines]
    names = OrderOut.model_fields.keys() - {"lines", "external_id", "amount"}
    return OrderOut.model_construct(
        **{name: getattr(row, name) for name in names},
        external_id=ExternalIdOut.model_construct(system=row.system, id=row.external_id),
        amount=domain.amount_of(_line(line) for line in lines),
        lines=lines,
    )


def _line_values(line: Any) -> dict[str, Any]:
    return {name: getattr(line, name) for name in OrderLineOut.model_fields}
