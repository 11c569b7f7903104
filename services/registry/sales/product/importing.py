"""Import of products from files: each line is one product of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from services.registry.sales.product.domain import MAX_DAYS, Product
from services.registry.sales.product.service import products_for_change, upsert_products
from shared.errors import InvalidValue
from shared.faults import OUT_OF_RANGE, TOO_SMALL
from shared.imports.cells import CODE, CURRENCY, EXACT, ID, NAME, NUMBER_FORMAT, Cell
from shared.imports.layout import Field
from shared.imports.specs import Options, RecordSpec
from shared.texts import half_width


@dataclass(frozen=True, kw_only=True)
class PriceOptions(Options):
    """The options of files with prices.

    `currency` is the currency of a price whose line has no currency. `currency_given` is False if
    the import did not name it, so that it is only the company's currency.
    """

    currency: str
    currency_given: bool = False


def _parse_price(text: str) -> Decimal:
    """Return the price in a cell; raise InvalidValue if it is not a number of 0 or more."""
    price: Decimal = EXACT.parse(text)
    if price < 0:
        raise InvalidValue(TOO_SMALL, "Give a price of 0 or more.", min=0)
    return price


def _parse_days(text: str) -> int:
    """Return the number of days in a cell; raise InvalidValue if it is not from 1 to MAX_DAYS.

    The length is checked before the conversion, because `int` refuses very long texts with another
    message.
    """
    digits = half_width(text).lstrip("0")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(MAX_DAYS))):
        digits = "0"
    if not 1 <= int(digits) <= MAX_DAYS:
        advice = "Give a whole number of days from {min} to {max}."
        raise InvalidValue(OUT_OF_RANGE, advice, min=1, max=MAX_DAYS)
    return int(digits)


PRICE = Cell(_parse_price, f"0 or more, written as {NUMBER_FORMAT}")
DAYS = Cell(_parse_days, f"whole number from 1 to {MAX_DAYS}")

FIELDS = {
    "code": Field(ID, "code of the product; upper and lower case differ", required=True),
    "name": Field(NAME, "name", required=True),
    "category": Field(CODE, "category"),
    "unit_price": Field(PRICE, "list price"),
    "currency": Field(
        CURRENCY,
        "currency of the list price; without it `options.currency`, and without both the stored "
        "currency",
    ),
    "lifetime_days": Field(DAYS, "how long a unit of the product serves (产品生命周期)"),
    "purchase_cycle_days": Field(DAYS, "usual time from one purchase to the next (购买周期)"),
}


def code_of(values: Mapping[str, Any], _: PriceOptions) -> str:
    """Return the product code of a line, by which its product is found."""
    code: str = values["code"]
    return code


def build_product(
    values: Mapping[str, Any], options: PriceOptions, before: Product | None
) -> Product:
    """Return a product with the values of a line.

    Fields without a value keep the value that they have in `before`, the existing product.
    """
    defaults = {"currency": _default_currency(options, before)} if "unit_price" in values else {}
    changes = defaults | dict(values)
    return replace(before, **changes) if before else Product(**changes)


def _default_currency(options: PriceOptions, before: Product | None) -> str:
    """Return the currency of a price whose line has no currency.

    It is the currency that the import names. If it names none, it is the stored currency of the
    product, or that of the company, which `options` has as the default.
    """
    if options.currency_given or not before or not before.currency:
        return options.currency
    return before.currency


SPEC = RecordSpec(
    entity="products",
    fields=lambda _: FIELDS,
    options=PriceOptions,
    key_field="code",
    key=code_of,
    existing=products_for_change,
    build=lambda values, options, before, _: build_product(values, options, before),
    write=lambda session, products, _: upsert_products(session, products=list(products.values())),
)
