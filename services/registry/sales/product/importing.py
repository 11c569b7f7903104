"""Import of products from files: each line is one product of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from services.registry.sales.product.domain import MAX_DAYS, Product
from services.registry.sales.product.service import products_for_change, upsert_products
from shared.imports.cells import CODE, CURRENCY, EXACT, NAME, NUMBER_FORMAT, Cell
from shared.imports.layout import Field
from shared.imports.specs import Options, RecordSpec


@dataclass(frozen=True, kw_only=True)
class PriceOptions(Options):
    """The options of files with prices.

    `currency` is that of prices whose lines name none; `currency_given` is False if it is only
    the company's, because the import names none.
    """

    currency: str
    currency_given: bool = False


def _parse_price(text: str) -> Decimal:
    price: Decimal = EXACT.parse(text)
    if price < 0:
        raise ValueError("Give a price of 0 or more.")
    return price


def _parse_days(text: str) -> int:
    digits = text.lstrip("0")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(MAX_DAYS))):
        digits = "0"
    if not 1 <= int(digits) <= MAX_DAYS:
        raise ValueError(f"Give a whole number of days from 1 to {MAX_DAYS}.")
    return int(digits)


PRICE = Cell(_parse_price, f"0 or more, written as {NUMBER_FORMAT}")
DAYS = Cell(_parse_days, f"whole number from 1 to {MAX_DAYS}")

FIELDS = {
    "code": Field(CODE, "code of the product; upper and lower case differ", required=True),
    "name": Field(NAME, "name", required=True),
    "category": Field(CODE, "category"),
    "unit_price": Field(PRICE, "list price"),
    "currency": Field(
        CURRENCY,
        "currency of the list price; without it `options.currency`, and without both the one on "
        "record",
    ),
    "lifetime_days": Field(DAYS, "how long a unit of the product serves (产品生命周期)"),
    "purchase_cycle_days": Field(DAYS, "usual time from one purchase to the next (购买周期)"),
}


def code_of(values: Mapping[str, Any], _: PriceOptions) -> str:
    """Return the code by which a line names its product."""
    code: str = values["code"]
    return code


def build_product(
    values: Mapping[str, Any], options: PriceOptions, before: Product | None
) -> Product:
    """Return a product as it is after a line; fields without a value stay as they were."""
    priced = {"currency": _currency(options, before)} if "unit_price" in values else {}
    changes = priced | dict(values)
    return replace(before, **changes) if before else Product(**changes)


def _currency(options: PriceOptions, before: Product | None) -> str:
    """Return the currency of a price whose line names none."""
    on_record = before.currency if before else None
    return options.currency if options.currency_given else on_record or options.currency


SPEC = RecordSpec(
    entity="products",
    fields=lambda _: FIELDS,
    options=PriceOptions,
    key_field="code",
    key=code_of,
    existing=products_for_change,
    build=build_product,
    write=lambda session, products, _: upsert_products(session, products=list(products.values())),
)
