"""Request and response bodies of orders."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field

from services.registry.sales.order import domain
from shared.clock import local_day
from shared.errors import Fault, Invalid
from shared.http.patch import changed_fields
from shared.http.schemas import (
    Body,
    Code,
    Currency,
    CurrencyOut,
    CustomerReference,
    Day,
    Exact,
    ExactOut,
    ExternalIdIn,
    ExternalIdOut,
    FacetedPage,
    Flag,
    Moment,
    Name,
)

_EXTERNAL_ID = {"external_id": {"system": "shop", "id": "SO-20260131-17"}}
_LINES: list[dict[str, Any]] = [
    {
        "product_code": "WM-800",
        "product_name": "滚筒洗衣机 8 kg",
        "quantity": "2",
        "unit_price": "2599",
        "discount": "98",
        "unit_cost": "1980",
    },
    {
        "product_code": "WM-800-FILTER",
        "product_name": "洗衣机滤芯",
        "quantity": "3",
        "unit_price": "39.9",
        "discount": "0",
        "unit_cost": "21.5",
    },
]
_COMMON_FIELDS: dict[str, Any] = {
    "ordered_at": "2026-01-31T09:30:00+08:00",
    "currency": "CNY",
    "promised_on": "2026-02-05",
    "delivered_on": "2026-02-04",
    "faulty": False,
}
_EXAMPLE = _COMMON_FIELDS | {"customer": {"system": "erp", "id": "10017"}, "lines": _LINES}
_PATCH: dict[str, Any] = {"delivered_on": "2026-02-03", "faulty": True}
_RECORDED_EXAMPLE: dict[str, Any] = _COMMON_FIELDS | {
    "id": "0199a7c0-0000-7000-8000-000000000003",
    "version": 1,
    "customer_id": "0199a7c0-0000-7000-8000-000000000001",
    "anonymous_reference": None,
    "ordered_at": "2026-01-31T01:30:00Z",
    "occurred_on": "2026-01-31",
    "amount": "5219.7",
    "lines": _LINES,
    "recorded_at": "2026-01-31T01:30:02Z",
}


class OrderLineFields(Body):
    """The fields of a line of an order in requests and responses.

    The exact amount of a line is `quantity` times `unit_price`, which the discount makes smaller.
    """

    product_code: Code = Field(examples=["WM-800"])
    quantity: Exact = Field(description="Quantity; negative for a returned item.", examples=["2"])
    unit_price: Exact = Field(examples=["2599"])
    discount: Exact = Field(Decimal(0), description="Discount on the whole line, 0 or more.")
    unit_cost: Exact | None = Field(None, description="What one unit cost the company, if known.")


class OrderLineOut(OrderLineFields):
    """A line of an order.

    The exact amount of a line is `quantity` times `unit_price`, which the discount makes smaller.
    """

    product_name: str | None = Field(
        description="Name of the product in the catalogue now, which may have another name than "
        "when the order was placed; null if the catalogue does not have the product.",
        examples=["滚筒洗衣机 8 kg"],
    )


class OrderLineIn(OrderLineFields):
    """A line of an order in a request."""

    product_name: Name | None = Field(
        None,
        description="Name of the product for the catalogue; it replaces the name of an existing "
        "product, unless the key has `rows: own` or `rows: team`.",
    )


class OrderUpsert(CustomerReference):
    """An order in a request."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    customer: ExternalIdIn | None = Field(
        None,
        description="The customer who bought, identified by an external id. An order without a "
        "customer is anonymous; only a key that sees all rows can create it.",
    )
    customer_id: UUID | None = Field(
        None, description="The `id` of the customer who bought; give this or `customer`, not both."
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
        """Return the order that this body describes; raise Invalid if a line has a fault.

        Days are local to `zone`.
        """
        lines = _domain_lines(self.lines)
        if faults := _faults_of(lines):
            raise Invalid(*faults)
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
        """Return the product names by product code; a name is empty if no line contains it."""
        return _product_names(self.lines)


class OrderCreate(OrderUpsert):
    """The request body that creates an order."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXTERNAL_ID | _EXAMPLE]})

    external_id: ExternalIdIn


class OrderUpdate(CustomerReference):
    """A JSON Merge Patch (RFC 7396): absent fields stay, null removes a value.

    The lines of an order have no ids of their own, so `lines` replace all stored lines.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_PATCH]})

    customer: ExternalIdIn | None = Field(
        None,
        description="The customer who bought, identified by an external id. Null, without a "
        "`customer_id`, makes the order anonymous.",
    )
    customer_id: UUID | None = Field(
        None, description="The `id` of the customer who bought; give this or `customer`, not both."
    )
    anonymous_reference: Code | None = Field(
        None,
        description="Card, device or receipt by which an anonymous shopper (顾客) is recognised.",
    )
    ordered_at: Moment | None = Field(None, description="It cannot be removed.")
    currency: Currency | None = Field(None, description="It cannot be removed.")
    lines: list[OrderLineIn] | None = Field(
        None,
        min_length=1,
        max_length=domain.MAX_LINES,
        description="They replace all stored lines, and cannot be removed.",
    )
    promised_on: Day | None = Field(None, description="Day by which delivery was promised.")
    delivered_on: Day | None = Field(None, description="Day of delivery.")
    faulty: Flag | None = Field(None, description="Whether something was wrong with the order.")

    def changes(self, *, zone: ZoneInfo) -> dict[str, Any]:
        """Return the fields of the order to change, with their new values; days are in `zone`.

        A customer that is named by an external id is not among them. Raises Invalid if a field
        cannot be removed, or if a line has a fault.
        """
        values = {name: getattr(self, name) for name in self.model_fields_set - {"customer"}}
        if self.names_customer:
            values["customer_id"] = self.customer_id
        changes, faults = changed_fields(OrderUpsert, values)
        if self.lines is not None:
            changes["lines"] = _domain_lines(self.lines)
            faults += _faults_of(changes["lines"])
        if faults:
            raise Invalid(*faults)
        if "ordered_at" in changes:
            changes["occurred_on"] = local_day(changes["ordered_at"], zone)
        return changes

    @property
    def names_customer(self) -> bool:
        """Whether the body has a customer, or removes the one that the order has."""
        return not self.model_fields_set.isdisjoint({"customer", "customer_id"})

    def product_names(self) -> dict[str, str]:
        """Return the product names by product code; a name is empty if no line contains it."""
        return _product_names(self.lines or ())


class OrderOut(Body):
    """A recorded order."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXTERNAL_ID | _RECORDED_EXAMPLE]})

    id: UUID
    version: int = Field(
        description="Version of the order; every change adds 1 to it. The ETag contains it."
    )
    external_id: ExternalIdOut
    customer_id: UUID | None
    anonymous_reference: str | None
    ordered_at: datetime
    occurred_on: date = Field(description="Business day of `ordered_at`.")
    currency: CurrencyOut
    amount: ExactOut = Field(
        description="Exact sum of the amounts of all lines; negative for a return."
    )
    lines: list[OrderLineOut]
    promised_on: date | None
    delivered_on: date | None
    faulty: bool
    recorded_at: datetime


class OrderPage(FacetedPage[OrderOut]):
    """A page of orders."""


def _domain_lines(bodies: Sequence[OrderLineIn]) -> tuple[domain.Line, ...]:
    """Return the lines that these bodies describe."""
    return tuple(map(_domain_line, bodies))


def _faults_of(lines: Sequence[domain.Line]) -> list[Fault]:
    """Return the faults of the lines of a body, each with its JSON pointer."""
    return [
        fault.at(f"/lines/{index}/{fault.pointer}")
        for index, line in enumerate(lines)
        for fault in domain.line_faults(line)
    ]


def _product_names(lines: Sequence[OrderLineIn]) -> dict[str, str]:
    """Return the product names by product code; a name is empty if no line contains it."""
    unnamed = {line.product_code: "" for line in lines}
    return unnamed | {line.product_code: line.product_name for line in lines if line.product_name}


def _domain_line(body: OrderLineFields) -> domain.Line:
    """Return the line that a body describes."""
    return domain.Line(
        body.product_code, body.quantity, body.unit_price, body.discount, body.unit_cost
    )


def order_out(row: Any, *, product_names: Mapping[str, str]) -> OrderOut:
    """Return the response body of an order, given a row of the table of orders.

    `product_names` are the names of products by product code; a name that it lacks is null.
    """
    lines = [
        OrderLineOut.model_construct(
            **{name: getattr(line, name) for name in OrderLineFields.model_fields},
            product_name=product_names.get(line.product_code),
        )
        for line in row.lines
    ]
    names = OrderOut.model_fields.keys() - {"lines", "external_id", "amount"}
    return OrderOut.model_construct(
        **{name: getattr(row, name) for name in names},
        external_id=ExternalIdOut.model_construct(system=row.system, id=row.external_id),
        amount=domain.amount_of(_domain_line(line) for line in lines),
        lines=lines,
    )
