"""Parsing orders from the lines of a file, and the faults of lines that form no valid order."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.registry.sales.order.domain import Line, Order
from services.registry.sales.order.lines import (
    Draft,
    OrderOptions,
    OrderParser,
    fields,
    reject_by_mode,
    reject_unknown_customers,
)
from shared.errors import Fault
from shared.files.tables import Line as FileLine
from shared.files.tables import ragged
from shared.imports.layout import Layout, find_layout
from shared.imports.specs import Group, ImportMode, Rejected
from shared.imports.times import TimeFormat

OPTIONS = OrderOptions(system="shop", currency="CNY", timezone="Asia/Shanghai")
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


def line(**cells: str) -> dict[str, str]:
    """Return the cells of a line by column: the required ones and those that are given."""
    return BARE | cells


def layout_of(header: list[str] = HEADER) -> Layout:
    """Return the layout of a file whose column 单价 is mapped to the field `unit_price`."""
    return find_layout(
        fields(TimeFormat(ZoneInfo("Asia/Shanghai"))), header, {"单价": "unit_price"}
    )


def parse(
    *lines: dict[str, str], options: OrderOptions = OPTIONS, order_id: str = "A1", cut: bool = False
) -> Draft:
    """Parse the lines of an order; their numbers begin with 2."""
    rows = [[cells.get(name, "") for name in HEADER] for cells in lines]
    numbered = [FileLine(number, row) for number, row in enumerate(rows, 2)]
    return OrderParser(layout_of(), options).parse(Group(order_id, numbered, cut))


def rejected(draft: Draft) -> list[tuple[int, list[str]]]:
    """Return the numbers and the faults of the rejected lines of an order."""
    return [(one.line.number, messages_of(one)) for one in draft.rejected()]


def messages_of(rejected: Rejected) -> list[str]:
    """Return the messages about the faults of a line, each with the label of its column."""
    return [layout_of().columns.message(fault) for fault in rejected.faults]


def codes_of(draft: Draft) -> list[list[tuple[str, str]]]:
    """Return the pointer and code of each fault of the lines of an order."""
    return [[(fault.pointer, fault.code) for fault in one.faults] for one in draft.rejected()]


def order(
    *lines: dict[str, str],
    options: OrderOptions = OPTIONS,
    order_id: str = "A1",
    customers: Mapping[str, UUID] = MappingProxyType({}),
) -> Order:
    """Return the order of lines that must not have faults."""
    draft = parse(*lines, options=options, order_id=order_id)
    assert not draft.is_rejected
    assert list(draft.rejected()) == []
    return OrderParser(layout_of(), options).order(draft, customers)


def customer(cells: str, options: OrderOptions = OPTIONS) -> str:
    """Return the id of the customer of a line with this cell."""
    (found,) = parse(line(customer_external_id=cells), options=options).lines
    return found.customer


def faults(*lines: dict[str, str]) -> list[tuple[int, list[str]]]:
    """Parse an order that must be rejected; return the number and the faults of each line."""
    return rejected(parse(*lines))


def test_an_order_has_the_values_of_its_lines() -> None:
    first = line(
        customer_external_id="C1",
        anonymous_reference="card-1",
        discount="1",
        unit_cost="3",
        currency="EUR",
        promised_on="2026-02-05",
        delivered_on="2026-02-06",
        faulty="no",
    )
    second = line(
        customer_external_id="C1",
        ordered_at="2026-01-31 06:00",
        product_code="P2",
        currency="EUR",
        anonymous_reference="card-2",
        promised_on="2026-03-05",
        delivered_on="2026-03-06",
        faulty="yes",
    )
    assert order(first, second, customers={"C1": UUID(int=1)}) == Order(
        system="shop",
        external_id="A1",
        customer_id=UUID(int=1),
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


def test_an_order_without_a_currency_gets_the_currency_of_the_options() -> None:
    found = order(line(), options=replace(OPTIONS, system="erp"), customers={"C1": UUID(int=1)})
    assert (found.customer_id, found.system, found.currency) == (None, "erp", "CNY")
    assert not found.faulty
    assert found.lines == (Line("P1", Decimal(2), Decimal("10.5")),)
    assert found.anonymous_reference is None
    assert (found.promised_on, found.delivered_on) == (None, None)


def test_the_suffix_and_blanks_before_it_are_removed_from_the_customers_id() -> None:
    options = replace(OPTIONS, strip_suffix=".0")
    assert customer("17.0", options) == "17"
    assert customer("17.0") == "17.0"
    assert customer("17 .0", options) == "17"


def test_an_order_is_rejected_and_not_anonymous_if_its_customer_id_is_only_the_suffix() -> None:
    suffix = line(customer_external_id=".0")
    found = rejected(parse(suffix, line(), options=replace(OPTIONS, strip_suffix=".0")))
    message = (
        "customer_external_id: Nothing is left of the id without its suffix. "
        "Give an id that is longer than options.strip_suffix."
    )
    assert found == [(2, [message]), (3, ["Line 2 of this order is rejected."])]
    assert customer(".0") == ".0"


@pytest.mark.parametrize(
    ("order_id", "quantity", "expected"),
    [("RA1", "2", -2), ("RA1", "-2", -2), ("A1", "2", 2), ("AR1", "0.5", Decimal("0.5"))],
)
def test_a_return_prefix_makes_quantities_above_0_negative(
    order_id: str, quantity: str, expected: object
) -> None:
    options = replace(OPTIONS, return_prefix="R")
    found = order(line(quantity=quantity), options=options, order_id=order_id)
    assert found.lines[0].quantity == expected


def test_a_return_prefix_makes_a_quantity_below_one_negative() -> None:
    options = replace(OPTIONS, return_prefix="R")
    found = order(line(quantity="0.5"), options=options, order_id="R1")
    assert found.lines[0].quantity == Decimal("-0.5")


def test_a_bad_line_rejects_its_order_and_the_other_lines_name_it() -> None:
    assert faults(line(quantity="0"), line()) == [
        (
            2,
            ["quantity: The quantity is 0. Give a quantity other than 0; negative means returned."],
        ),
        (3, ["Line 2 of this order is rejected."]),
    ]
    ((_, first), (_, second)) = faults(line(), line(单价="x", ordered_at=""))
    assert first == ["Line 3 of this order is rejected."]
    assert second[0] == "ordered_at: Give a value."
    assert second[1].startswith("单价 (unit_price): Give digits")


def test_a_wrong_number_of_cells_is_reported_with_the_other_faults_of_the_line() -> None:
    layout = layout_of(["order_id", *list(BARE)[1:4], "单价"])
    cells = ["A1", "2026-01-31", "P1", "x", "1"]
    short = FileLine(2, cells, ragged(expected=5, found=6))
    (found,) = OrderParser(layout, OPTIONS).parse(Group("A1", [short], is_cut=False)).rejected()
    assert len(found.faults) == 2
    assert found.faults[0].pointer == "quantity"
    assert messages_of(found)[1] == "Give 5 cells, as the header has; there are 6."


def test_values_of_a_line_with_too_many_cells_are_not_compared() -> None:
    cells = line(customer_external_id="C2", quantity="0", currency="EUR")
    long = FileLine(3, [cells.get(name, "") for name in HEADER], ragged(expected=14, found=15))
    whole = FileLine(2, [line().get(name, "") for name in HEADER])
    draft = OrderParser(layout_of(), OPTIONS).parse(Group("A1", [whole, long], is_cut=False))
    reject_unknown_customers([draft], {})
    assert codes_of(draft) == [[("", "other_line_rejected")], [("", "ragged")]]


def test_lines_with_different_customers_or_currencies_reject_their_order() -> None:
    advice = "Give the same value in all lines of an order, not"
    disagreements = [
        f"customer_external_id: {advice} C1 in line 2 and nothing in line 4.",
        f"currency: {advice} EUR in line 2 and nothing in line 4.",
    ]
    one, other = line(customer_external_id="C1", currency="EUR"), line()
    ((_, first), (_, alike), (_, odd), (_, later)) = faults(one, one, other, other)
    assert (first, odd) == (disagreements, disagreements)
    assert alike == later == ["Line 2 of this order is rejected."]
    ((_, first), (_, second)) = faults(line(currency="EUR"), line(currency="CNY", 单价="-1"))
    different = f"currency: {advice} EUR in line 2 and CNY in line 3."
    assert first == [different]
    assert second[0].startswith("单价 (unit_price): ")
    assert second[1:] == [different]
    ((_, (message,)), _) = faults(line(), line(currency="EUR"))
    assert message == f"currency: {advice} nothing in line 2 and EUR in line 3."


def test_the_faults_of_a_rejected_order_have_codes_and_parameters() -> None:
    found = parse(line(currency="EUR"), line(), line(currency="EUR")).rejected()
    differ = {"value": "EUR", "line": 2, "other_value": None, "other_line": 3}
    assert [(each.code, each.params) for one in found for each in one.faults] == [
        ("lines_differ", differ),
        ("lines_differ", differ),
        ("other_line_rejected", {"line": 2}),
    ]


def test_a_customer_with_and_without_the_suffix_is_the_same() -> None:
    lines = line(customer_external_id="17850.0"), line(customer_external_id="17850")
    options = replace(OPTIONS, strip_suffix=".0")
    assert not parse(*lines, options=options).is_rejected
    fault = (
        "Give the same value in all lines of an order, not 17850.0 in line 2 and 17851 in line 3."
    )
    found = rejected(parse(lines[0], line(customer_external_id="17851"), options=options))
    assert found == [(number, [f"customer_external_id: {fault}"]) for number in (2, 3)]


def test_the_validity_of_a_line_does_not_depend_on_other_lines_of_its_order() -> None:
    parser = OrderParser(layout_of(), OPTIONS)

    def is_valid(fault: Fault | None = None, **cells: str) -> bool:
        row = [line(**cells).get(name, "") for name in HEADER]
        return parser.is_valid(FileLine(2, row, fault))

    assert is_valid(product_name="a")
    assert not is_valid(quantity="x")
    assert not is_valid(quantity="0")
    assert not is_valid(ragged(expected=5, found=6))


def test_an_order_whose_lines_have_different_days_gets_the_earliest_day() -> None:
    found = order(line(ordered_at="2026-10-01"), line(ordered_at="2025-10-01"))
    assert found.occurred_on == date(2025, 10, 1)


def test_an_order_with_too_many_lines_is_rejected_with_the_faults_of_its_lines() -> None:
    found = rejected(parse(line(currency="RMB"), line(), cut=True))
    message = "order_id: Give at most 2000 lines an order."
    currency = "currency: Give an ISO 4217 code such as CNY."
    assert found == [(2, [currency, message]), (3, [message])]


def test_all_wrong_cells_of_all_lines_of_an_order_are_reported_at_once() -> None:
    wrong = {"ordered_at": "soon", "quantity": "0", "单价": "-1", "unit_cost": "-1"}
    first = line(customer_external_id="C1", discount="30", currency="RMB", **wrong)
    second = line(customer_external_id="C2", quantity="two", discount="-1")
    below_0 = "too_small"
    third, fourth = line(currency="EUR"), line(customer_external_id="C1")
    assert codes_of(parse(first, second, third, fourth)) == [
        [
            ("ordered_at", "date"),
            ("currency", "currency"),
            ("quantity", "zero_quantity"),
            ("unit_price", below_0),
            ("unit_cost", below_0),
            ("customer_external_id", "lines_differ"),
        ],
        [
            ("quantity", "exact_string"),
            ("discount", below_0),
            ("customer_external_id", "lines_differ"),
            ("currency", "lines_differ"),
        ],
        [("currency", "lines_differ")],
        [("", "other_line_rejected")],
    ]


@pytest.mark.parametrize(
    "invalid", [{"quantity": "two"}, {"quantity": "0"}, {"单价": "two"}, {"单价": "-1"}]
)
def test_a_discount_is_not_compared_with_an_invalid_quantity_or_price(
    invalid: dict[str, str],
) -> None:
    (found,) = parse(line(discount="999", **invalid)).lines
    assert len(found.faults) == 1
    (negative,) = parse(line(discount="-1", **invalid)).lines
    assert [fault.params for fault in negative.faults][1:] == [{"min": "0"}]


def test_a_line_of_a_return_without_a_product_or_quantity_is_checked_further() -> None:
    found = parse(
        line(product_code="", quantity="", 单价="-1"),
        options=replace(OPTIONS, return_prefix="R"),
        order_id="R1",
    )
    assert codes_of(found) == [
        [("product_code", "required"), ("quantity", "required"), ("unit_price", "too_small")]
    ]
    assert found.lines[0].order_line == Line("", Decimal(-1), Decimal(-1))


def test_lines_of_unknown_customers_are_rejected_and_anonymous_ones_are_not() -> None:
    known, unknown, anonymous = (
        parse(line(customer_external_id=customer)) for customer in ("C1", "C2", "")
    )
    reject_unknown_customers([unknown, anonymous, known], {"C1"})
    assert [one.is_rejected for one in (known, unknown, anonymous)] == [False, True, False]
    ((_, (message,)),) = rejected(unknown)
    assert message.startswith("customer_external_id: Register this customer first")


def test_a_mode_rejects_all_lines_of_an_order_besides_their_other_faults() -> None:
    stored, new = parse(line(quantity="0"), line()), parse(line(), order_id="A2")
    reject_by_mode([stored, new], replace(OPTIONS, mode=ImportMode.INSERT), {"A1"})
    exists = ("", "record_exists")
    assert codes_of(stored) == [[("quantity", "zero_quantity"), exists], [exists]]
    assert not new.is_rejected


def test_a_time_without_offset_is_local_to_the_zone_of_the_file() -> None:
    cells = [line()[name] if name in BARE else "" for name in HEADER]
    values = layout_of().parse(FileLine(2, cells)).values
    assert values["ordered_at"] == (datetime(2026, 1, 30, 23, 30, tzinfo=UTC), date(2026, 1, 31))
