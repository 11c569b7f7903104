"""The rules of orders: the amount, the faults of lines, and the digest."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.sales.order.domain import Line, Order, digest, line_faults

NUMBERS = st.decimals(min_value=0, max_value=10**15 - 1, places=6)


def line(quantity: str, price: str, discount: str = "0", cost: str | None = None) -> Line:
    """Return a line with these numbers."""
    return Line(
        product_code="A",
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        discount=Decimal(discount),
        unit_cost=None if cost is None else Decimal(cost),
    )


def order(*lines: Line) -> Order:
    """Return an order with these lines."""
    return Order(
        system="erp",
        external_id="1",
        customer_id=UUID(int=1),
        anonymous_reference=None,
        ordered_at=datetime(2026, 1, 1, tzinfo=UTC),
        occurred_on=date(2026, 1, 1),
        currency="CNY",
        lines=lines,
    )


@given(st.lists(st.tuples(NUMBERS.filter(bool), NUMBERS), max_size=5))
def test_the_amount_of_an_order_is_the_exact_sum_of_its_lines(
    numbers: list[tuple[Decimal, Decimal]],
) -> None:
    lines = [Line(product_code="A", quantity=many, unit_price=price) for many, price in numbers]
    expected = sum(Fraction(many) * Fraction(price) for many, price in numbers)
    assert Fraction(order(*lines).amount) == expected


def test_a_discount_reduces_both_a_payment_and_a_refund() -> None:
    assert order(line("2", "5", "1"), line("-3", "5", "2")).amount == 9 - 13


def test_an_order_is_a_return_if_all_its_lines_are_returned() -> None:
    assert order(line("-1", "5"), line("-2", "5")).is_return
    assert not order(line("-1", "5"), line("2", "5")).is_return


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        (line("0", "5"), ["quantity"]),
        (line("1", "-0.01"), ["unit_price"]),
        (line("1", "5", "-0.01"), ["discount"]),
        (line("2", "5", "10.01"), ["discount"]),
        (line("-2", "5", "10.01"), ["discount"]),
        (line("1", "5", cost="-0.01"), ["unit_cost"]),
        (line("0", "5", "1"), ["quantity"]),
        (line("1", "-5", "6"), ["unit_price"]),
        (line("0", "-5", "-1"), ["quantity", "unit_price", "discount"]),
    ],
)
def test_each_fault_of_a_line_names_its_field_and_what_to_give(
    wrong: Line, fields: list[str]
) -> None:
    faults = list(line_faults(wrong))
    assert [fault.pointer for fault in faults] == fields
    assert all("Give a " in fault.message for fault in faults)


def test_the_message_about_a_price_or_a_discount_explains_what_to_give() -> None:
    (price,) = line_faults(line("1", "-5"))
    assert price.message == "Give a price of 0 or more; a returned item has a negative quantity."
    (discount,) = line_faults(line("1", "5", "6"))
    assert discount.message == "Give a discount from 0 to the price of the whole line."


def ranges(wrong: Line, *ignored_fields: str) -> dict[str, tuple[object, object]]:
    """Return the allowed range of each field of a line that has a fault."""
    faults = line_faults(wrong, ignored_fields)
    return {fault.pointer: (fault.params.get("min"), fault.params.get("max")) for fault in faults}


def test_a_fault_of_a_line_has_the_allowed_range() -> None:
    negative = line("1", "-1", "-1", "-1")
    assert ranges(negative) == dict.fromkeys(("unit_price", "discount", "unit_cost"), ("0", None))
    assert ranges(line("0", "1")) == {"quantity": (None, None)}
    assert ranges(line("2", "0.5", "1.1")) == {"discount": ("0", "1")}
    assert ranges(line("-2", "0", "1")) == {"discount": ("0", "0")}


@pytest.mark.parametrize("invalid", ["quantity", "unit_price"])
def test_a_discount_is_not_compared_with_an_ignored_quantity_or_price(invalid: str) -> None:
    assert ranges(line("1", "5", "6"), "discount") == {"discount": ("0", "5")}
    assert ranges(line("1", "5", "6"), invalid) == {}
    assert ranges(line("1", "5", "-1"), invalid) == {"discount": ("0", None)}


@pytest.mark.parametrize(
    "sound",
    [
        line("0.000001", "0"),
        line("1", "0", cost="0"),
        line("2", "5", "10"),
        line("-2", "5", "10"),
    ],
)
def test_a_line_may_be_free_or_fully_discounted(sound: Line) -> None:
    assert list(line_faults(sound)) == []


FULL = replace(
    order(replace(line("2", "5.5", "1", "3"), product_code="A")),
    anonymous_reference="card-1",
    promised_on=date(2026, 1, 5),
    delivered_on=date(2026, 1, 6),
)


def with_line_fields(**changed: object) -> Order:
    """Return the order FULL with changed fields in its only line."""
    return replace(FULL, lines=(replace(FULL.lines[0], **changed),))  # type: ignore[arg-type]


def test_orders_that_differ_in_any_value_have_different_digests() -> None:
    others = [
        replace(FULL, customer_id=None),
        replace(FULL, anonymous_reference=None),
        replace(FULL, ordered_at=FULL.ordered_at + timedelta(microseconds=1)),
        replace(FULL, occurred_on=date(2026, 1, 2)),
        replace(FULL, currency="EUR"),
        replace(FULL, promised_on=None),
        replace(FULL, delivered_on=None),
        replace(FULL, faulty=True),
        replace(FULL, lines=FULL.lines * 2),
        replace(FULL, lines=()),
        with_line_fields(product_code="B"),
        with_line_fields(quantity=Decimal(3)),
        with_line_fields(unit_price=Decimal(6)),
        with_line_fields(discount=Decimal(2)),
        with_line_fields(unit_cost=None),
        with_line_fields(unit_cost=Decimal(4)),
    ]
    assert len({digest(each) for each in (FULL, *others)}) == 1 + len(others)


def test_no_text_gives_two_different_orders_the_same_digest() -> None:
    """A text may contain the separator of the digest, or the escape of that separator."""
    two = replace(
        FULL, lines=(Line("A", Decimal(1), Decimal(5)), Line("B", Decimal(1), Decimal(5)))
    )
    one = replace(FULL, lines=(Line("A\x1f1\x1f5\x1f0\x1f\x1fB", Decimal(1), Decimal(5)),))
    assert digest(one) != digest(two)
    codes = ["\x1f", "\x1e", "\x1e1", "\x1e0", "\x1e01", "\x1e\x1f", "\x1f0", "1"]
    assert len({digest(with_line_fields(product_code=code)) for code in codes}) == len(codes)
    cards = [replace(FULL, anonymous_reference=code) for code in codes]
    assert len({digest(card) for card in cards}) == len(codes)


def test_the_format_of_a_number_and_the_external_id_do_not_change_the_digest() -> None:
    assert digest(with_line_fields(unit_price=Decimal("5.500"))) == digest(FULL)
    assert digest(with_line_fields(quantity=Decimal("2E+0"))) == digest(FULL)
    assert digest(replace(FULL, external_id="2")) == digest(FULL)


def test_the_digest_of_an_order_equals_the_one_that_databases_store() -> None:
    """If digests were computed differently, all stored orders that are sent again would change."""
    assert digest(FULL) == "bc6b7a09a880a56a97a7817b43ffade84f812280ab8240d43f8ed89f3f59ef4f"
    bare = replace(
        order(line("1", "5")),
        customer_id=None,
    )
    assert digest(bare) == "3d123acd2ebfc338fa8f0654b3903bbbef86a3fab0a91b0bfa225d7170d2b9d1"
