"""What the registry tells, byte for byte: others read it, so it only grows."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.registry import (
    CustomerChanged,
    CustomerRegistered,
    CustomerState,
    ExternalId,
    OrderChanged,
    OrderLine,
    OrderPlaced,
    OrderReturned,
    ProductChanged,
    ProductState,
)
from tests.contracts.golden import golden, read, written

CUSTOMER = UUID("0199a7c0-0000-7000-8000-000000000001")
ORDER = UUID("0199a7c0-0000-7000-8000-000000000002")
PRODUCT = UUID("0199a7c0-0000-7000-8000-000000000003")
MOMENT = datetime(2026, 2, 20, 16, 30, tzinfo=UTC)

CUSTOMER_FACTS: dict[str, Any] = {
    "customer_id": CUSTOMER,
    "version": 2,
    "recorded_at": MOMENT,
    "external_ids": [ExternalId(system="erp", id="17")],
    "kind": "organisation",
    "nature": "retailer",
    "disqualified": True,
    "owner": "li.na",
    "team": "east",
    "ownership": "private",
    "retail_format": "department_store",
}
PERSONAL: dict[str, Any] = {
    "name": "华东百货",
    "name_en": "East China Department Store",
    "email": "buyer@example.com",
    "phone": "+86 21 5555 0100",
    "city": "上海",
    "tags": ["vip"],
}
LINE: dict[str, Any] = {"product_code": "WM-800", "unit_price": Decimal("2599.00")}
ORDER_FACTS: dict[str, Any] = {
    "order_id": ORDER,
    "version": 3,
    "recorded_at": MOMENT,
    "external_id": ExternalId(system="erp", id="A1"),
    "customer_id": CUSTOMER,
    "anonymous_reference": None,
    "ordered_at": MOMENT,
    "occurred_on": date(2026, 2, 21),
    "currency": "CNY",
}
BOUGHT = [
    OrderLine(**LINE, quantity=Decimal(40), discount=Decimal("0.50"), unit_cost=Decimal(1800)),
    OrderLine(**LINE, quantity=Decimal("-2.5")),
]
PRODUCT_FACTS: dict[str, Any] = {
    "product_id": PRODUCT,
    "version": 1,
    "recorded_at": MOMENT,
    "code": "WM-800",
    "name": "滚筒洗衣机 8 kg",
    "category": "家电",
    "lifetime_days": 3650,
    "purchase_cycle_days": 2920,
}
EXAMPLES: list[object] = [
    CustomerRegistered(**CUSTOMER_FACTS),
    CustomerChanged(**CUSTOMER_FACTS),
    CustomerState(**CUSTOMER_FACTS, **PERSONAL),
    OrderPlaced(**ORDER_FACTS, lines=BOUGHT, promised_on=date(2026, 3, 1), faulty=True),
    OrderChanged(**ORDER_FACTS, lines=BOUGHT, delivered_on=date(2026, 3, 2)),
    OrderReturned(**ORDER_FACTS, lines=BOUGHT[1:]),
    ProductChanged(**PRODUCT_FACTS),
    ProductState(**PRODUCT_FACTS),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: type(one).__name__)
def test_it_is_written_as_it_always_was(example: object) -> None:
    assert written(example) == golden(example).read_text(encoding="utf-8")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: type(one).__name__)
def test_what_was_ever_written_can_be_read(example: object) -> None:
    assert read(example) == example


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: type(one).__name__)
def test_personal_data_travels_in_the_state_alone(example: object) -> None:
    told = written(example)
    named = [str(value) for value in PERSONAL.values() if str(value) in told]
    assert not named or isinstance(example, CustomerState)
