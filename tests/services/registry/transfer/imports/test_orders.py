"""What an order is made of, read from its lines, and what is told of one that cannot be. Pure."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from services.registry.sales.order.domain import Line, Order
from services.registry.transfer.imports.columns import layout_of
from services.registry.transfer.imports.domain import Entity, Options
from services.registry.transfer.imports.orders import Draft, OrderReader, with_customers
from services.registry.transfer.imports.staging import Group
from shared.errors import Fault
from shared.files.tables import Line as FileLine

OPTIONS = Options(system="shop", currency="CNY", timezone="Asia/Shanghai")
HEADER = [
    *("order_id", "ordered_at", "customer_external_id", "anonymous_reference", "product_code"),
    *("product_name", "quantity", "单价", "discount", "unit_cost", "currency", "promised_on"),
    *("delivered_on", "faulty"),
]
BARE = {
    "order_id": "A1",
    "ordered_at": "2026-01-31 07:30",
    "product_code": "P1",
    "quantity": "2",
    "单价": "10.5",
}


def said(**more: str) -> dict[str, str]:
    return BARE | more


def read(
    *lines: dict[str, str], options: Options = OPTIONS, order_id: str = "A1", cut: bool = False
) -> Draft | list[tuple[int, list[str]]]:
    """Read an order; what is rejected is told by the numbers of its lines."""
    layout = layout_of(Entity.ORDERS, HEADER, {"单价": "unit_price"}, options.timezone)
    cells = [[line.get(name, "") for name in HEADER] for line in lines]
    numbered = [FileLine(number, each) for number, each in enumerate(cells, 2)]
    found = OrderReader(layout, options).read(Group(order_id, numbered, cut))
    if isinstance(found, Draft):
        assert found.lines == numbered
        return found
    return [(each.line.number, list(each.faults)) for each in found]


def drafted(*lines: dict[str, str], options: Options = OPTIONS, order_id: str = "A1") -> Draft:
    found = read(*lines, options=options, order_id=order_id)
    assert isinstance(found, Draft), found
    return found


def faults(*lines: dict[str, str]) -> list[tuple[int, list[str]]]:
    found = read(*lines)
    assert isinstance(found, list)
    return found


def test_an_order_is_what_its_lines_say() -> None:
    first = said(
        customer_external_id="C1",
        anonymous_reference="card-1",
        discount="1",
        unit_cost="3",
        currency="EUR",
        promised_on="2026-02-05",
        delivered_on="2026-02-06",
        faulty="no",
    )
    second = said(
        customer_external_id="C1",
        ordered_at="2026-01-31 06:00",
        product_code="P2",
        currency="EUR",
        anonymous_reference="card-2",
        promised_on="2026-03-05",
        delivered_on="2026-03-06",
        faulty="yes",
    )
    assert drafted(first, second).order == Order(
        system="shop",
        external_id="A1",
        customer_id=None,
        anonymous_reference="card-1",
        ordered_at=datetime(2026, 1, 30, 22, tzinfo=UTC),
        occurred_on=date(2026, 1, 31),
        currency="EUR",
        lines=(
            Line("P1", Decimal(2), Decimal("10.5"), Decimal(1), Decimal(3)),
            Line("P2", Decimal(2), Decimal("10.5")),
        ),
        promised_on=date(2026, 2, 5),
        delivered_on=date(2026, 2, 6),
        faulty=True,
    )
    assert drafted(first, second).customer == "C1"


def test_what_an_order_does_not_say_comes_from_the_options_or_is_nothing() -> None:
    found = drafted(said(), options=replace(OPTIONS, system=None))
    assert (found.customer, found.order.system, found.order.currency) == ("", "", "CNY")
    assert not found.order.faulty
    assert found.order.lines == (Line("P1", Decimal(2), Decimal("10.5")),)
    assert found.order.anonymous_reference is None
    assert (found.order.promised_on, found.order.delivered_on) == (None, None)


def test_what_the_options_strip_goes_from_the_end_of_the_customers_id() -> None:
    line = said(customer_external_id="17.0")
    assert drafted(line, options=replace(OPTIONS, strip_suffix=".0")).customer == "17"
    assert drafted(line).customer == "17.0"
    blank = said(customer_external_id="17 .0")
    assert drafted(blank, options=replace(OPTIONS, strip_suffix=".0")).customer == "17"


def test_an_order_of_a_customer_of_whose_id_nothing_is_left_is_not_anonymous() -> None:
    line = said(customer_external_id=".0")
    found = read(line, said(), options=replace(OPTIONS, strip_suffix=".0"))
    why = "customer_external_id: Give an id of which options.strip_suffix leaves something."
    assert found == [(2, [why]), (3, ["Line 2 of this order is rejected."])]
    assert drafted(line).customer == ".0"


@pytest.mark.parametrize(
    ("order_id", "quantity", "read_as"),
    [("RA1", "2", -2), ("RA1", "-2", -2), ("A1", "2", 2), ("AR1", "0.5", Decimal("0.5"))],
)
def test_a_return_prefix_turns_what_is_above_0_of_its_orders(
    order_id: str, quantity: str, read_as: object
) -> None:
    options = replace(OPTIONS, return_prefix="R")
    found = drafted(said(quantity=quantity), options=options, order_id=order_id)
    assert found.order.lines[0].quantity == read_as


def test_half_of_one_comes_back_with_the_prefix_too() -> None:
    options = replace(OPTIONS, return_prefix="R")
    found = drafted(said(quantity="0.5"), options=options, order_id="R1")
    assert found.order.lines[0].quantity == Decimal("-0.5")


def test_a_cell_that_cannot_be_read_rejects_the_order_and_its_other_lines_say_so() -> None:
    assert faults(said(quantity="0"), said()) == [
        (2, ["quantity: Give a quantity other than 0; negative means returned."]),
        (3, ["Line 2 of this order is rejected."]),
    ]
    ((_, first), (_, second)) = faults(said(), said(单价="x", ordered_at=""))
    assert first == ["Line 3 of this order is rejected."]
    assert second[0] == "ordered_at: Give a value."
    assert second[1].startswith("单价 (unit_price): Give digits")


def test_what_is_wrong_with_the_shape_of_a_line_is_told_with_the_rest() -> None:
    layout = layout_of(
        Entity.ORDERS, ["order_id", *list(BARE)[1:4], "单价"], {"单价": "unit_price"}, "UTC"
    )
    cells = ["A1", "2026-01-31", "P1", "x", "1"]
    ragged = FileLine(2, cells, Fault("", "ragged", "Give 5 cells."))
    (found,) = OrderReader(layout, OPTIONS).read(Group("A1", [ragged], cut=False))  # type: ignore[misc]
    assert len(found.faults) == 2
    assert found.faults[0].startswith("quantity: ")
    assert found.faults[1] == "Give 5 cells."


def test_lines_that_say_different_things_of_their_order_reject_it() -> None:
    differ = "Give the same in all lines of an order: here"
    told = [
        f"customer_external_id: {differ} C1 in line 2, nothing in line 4.",
        f"currency: {differ} EUR in line 2, nothing in line 4.",
    ]
    one, other = said(customer_external_id="C1", currency="EUR"), said()
    ((_, first), (_, alike), (_, odd), (_, later)) = faults(one, one, other, other)
    assert (first, odd) == (told, told)
    assert alike == later == ["Line 2 of this order is rejected."]
    ((_, first), (_, second)) = faults(said(currency="EUR"), said(currency="CNY", 单价="-1"))
    different = f"currency: {differ} EUR in line 2, CNY in line 3."
    assert first == [different]
    assert second[0].startswith("单价 (unit_price): ")
    assert second[1:] == [different]


def test_a_customer_with_and_without_the_suffix_is_the_same() -> None:
    lines = said(customer_external_id="17850.0"), said(customer_external_id="17850")
    options = replace(OPTIONS, strip_suffix=".0")
    assert drafted(*lines, options=options).customer == "17850"
    told = "Give the same in all lines of an order: here 17850.0 in line 2, 17851 in line 3."
    found = read(lines[0], said(customer_external_id="17851"), options=options)
    assert found == [(number, [f"customer_external_id: {told}"]) for number in (2, 3)]


def test_a_line_is_sound_whatever_the_others_are_like() -> None:
    layout = layout_of(Entity.ORDERS, HEADER, {"单价": "unit_price"}, "UTC")
    reader = OrderReader(layout, OPTIONS)

    def sound(fault: Fault | None = None, **more: str) -> bool:
        cells = [said(**more).get(name, "") for name in HEADER]
        return reader.is_sound(FileLine(2, cells, fault))

    assert sound(product_name="a")
    assert not sound(quantity="x")
    assert not sound(quantity="0")
    assert not sound(Fault("", "ragged", "Give 5 cells."))


def test_lines_of_one_order_on_different_days_are_taken_and_the_earliest_counts() -> None:
    found = drafted(said(ordered_at="2026-10-01"), said(ordered_at="2025-10-01"))
    assert found.order.occurred_on == date(2025, 10, 1)


def test_an_order_of_too_many_lines_is_rejected_without_being_read() -> None:
    found = read(said(quantity="x"), said(), cut=True)
    message = "order_id: Give at most 2000 lines an order."
    assert found == [(2, [message]), (3, [message])]


def test_who_is_not_known_cannot_order_and_whoever_is_not_named_can() -> None:
    layout = layout_of(Entity.ORDERS, HEADER, {"单价": "unit_price"}, "UTC")
    known, unknown, nobody = (drafted(said(customer_external_id=each)) for each in ("C1", "C2", ""))
    drafts = [unknown, nobody, known, unknown]
    taken, rejected = with_customers(drafts, {"C1": UUID(int=1)}, layout)
    assert [(draft.customer, draft.order.customer_id) for draft in taken] == [
        ("", None),
        ("C1", UUID(int=1)),
    ]
    assert [each.line for each in rejected] == [unknown.lines[0]] * 2
    for each in rejected:
        assert each.faults[0].startswith("customer_external_id: Register this customer first")
