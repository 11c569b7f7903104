"""Products in files: parsing cells, and the product after a line."""

from dataclasses import replace
from decimal import Decimal

import pytest

from services.registry.sales.product.domain import Product
from services.registry.sales.product.importing import (
    DAYS,
    PRICE,
    PriceOptions,
    build_product,
    code_of,
)
from shared.errors import InvalidValue
from shared.imports.cells import Cell

OPTIONS = PriceOptions(currency="CNY")
PRICED = {"code": "P1", "name": "x", "unit_price": Decimal(5)}


def test_a_line_names_a_product_by_its_code() -> None:
    assert code_of({"code": "P1", "name": "x"}, OPTIONS) == "P1"


def test_a_price_without_a_currency_is_in_the_currency_of_the_options() -> None:
    assert build_product(PRICED, OPTIONS, None).currency == "CNY"
    assert build_product(PRICED | {"currency": "EUR"}, OPTIONS, None).currency == "EUR"
    assert build_product({"code": "P1", "name": "x"}, OPTIONS, None).currency is None


def test_a_price_is_in_the_currency_on_record_unless_the_file_or_its_options_name_one() -> None:
    before = Product(code="P1", name="x", unit_price=Decimal(4), currency="USD")
    given = replace(OPTIONS, currency_given=True)
    assert build_product(PRICED, OPTIONS, before).currency == "USD"
    assert build_product(PRICED, OPTIONS, replace(before, currency=None)).currency == "CNY"
    assert build_product(PRICED, given, before).currency == "CNY"
    assert build_product(PRICED | {"currency": "EUR"}, given, before).currency == "EUR"
    assert build_product({"code": "P1", "name": "x"}, given, before).currency == "USD"


def test_a_line_changes_only_the_fields_of_an_existing_product_that_it_has() -> None:
    before = Product(code="P1", name="old", category="家电", unit_price=Decimal(5), currency="EUR")
    after = build_product({"code": "P1", "name": "new"}, OPTIONS, before)
    assert after == replace(before, name="new")


@pytest.mark.parametrize(
    ("cell", "text", "value"),
    [
        (PRICE, "0", 0),
        (PRICE, "0.5", Decimal("0.5")),
        (DAYS, "1", 1),
        (DAYS, "36500", 36500),
        (DAYS, "0000000030", 30),
    ],
)
def test_cells_of_products_are_parsed(cell: Cell, text: str, value: object) -> None:
    assert cell.parse(text) == value


@pytest.mark.parametrize(
    ("cell", "text", "message"),
    [
        (PRICE, "1,000", "digits"),
        (PRICE, "１，２", "digits"),
        (PRICE, "-0.01", "price of 0 or more"),
        (DAYS, "0", "1 to 36500"),
        (DAYS, "36501", "1 to 36500"),
        (DAYS, "1000000", "1 to 36500"),
        (DAYS, "000036501", "1 to 36500"),
        (DAYS, "１²", "1 to 36500"),
        (DAYS, "-1", "1 to 36500"),
        (DAYS, "1.5", "1 to 36500"),
        (DAYS, "X30", "1 to 36500"),
    ],
)
def test_the_message_about_an_invalid_cell_is_what_to_write_instead(
    cell: Cell, text: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        cell.parse(text)


@pytest.mark.parametrize(
    ("cell", "text", "params", "message"),
    [
        (PRICE, "-1", {"min": 0}, "Give a price of 0 or more."),
        (
            DAYS,
            "0",
            {"min": 1, "max": 36500},
            "Give a whole number of days from 1 to 36500.",
        ),
    ],
)
def test_a_number_outside_its_range_is_refused_with_the_range(
    cell: Cell, text: str, params: dict[str, int], message: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        cell.parse(text)
    assert (refused.value.fault.params, refused.value.fault.message) == (params, message)
