"""Customers and products from the lines of a file, one line each. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.registry.customers.customer.domain import (
    ExternalId,
    Kind,
    Nature,
    Ownership,
    Record,
    RetailFormat,
)
from services.registry.sales.product.domain import Product
from services.registry.transfer.imports import cells
from services.registry.transfer.imports.domain import Field, Options

CUSTOMER_FIELDS = {
    "external_id": Field(cells.CODE, "id of the customer in `options.system`", required=True),
    "name": Field(cells.NAME, "name, as the customer writes it", required=True),
    "name_en": Field(cells.NAME, "name in English"),
    "kind": Field(cells.choice(Kind), "what the customer is; of a new one without it `unknown`"),
    "nature": Field(
        cells.choice(Nature),
        "nature (客户性质): of a person `individual` or `household`, of an organisation another; "
        "of a new one without it `unknown`",
    ),
    "ownership": Field(cells.choice(Ownership), "who owns it (所有制); never of a person"),
    "retail_format": Field(
        cells.choice(RetailFormat), "format (业态); only where nature is `retailer`"
    ),
    "email": Field(cells.NAME, "e-mail address"),
    "phone": Field(cells.PHONE, "phone number"),
    "city": Field(cells.CODE, "city"),
    "owner": Field(cells.CODE, "account owner (专职人员): who serves them"),
    "team": Field(cells.CODE, "team of the account owner"),
    "internal": Field(cells.FLAG, "whether it is a post or department of ours (内部客户)"),
    "disqualified": Field(cells.FLAG, "whether it is marked as not worth pursuing"),
    "tags": Field(
        cells.TAGS,
        "words of your own; they replace those on record",
    ),
}

PRODUCT_FIELDS = {
    "code": Field(cells.CODE, "code of the product; upper and lower case differ", required=True),
    "name": Field(cells.NAME, "name", required=True),
    "category": Field(cells.CODE, "category"),
    "unit_price": Field(cells.PRICE, "list price"),
    "currency": Field(
        cells.CURRENCY,
        "of the list price; without it `options.currency`, where that is absent what is on record",
    ),
    "lifetime_days": Field(cells.DAYS, "how long one serves (产品生命周期)"),
    "purchase_cycle_days": Field(
        cells.DAYS, "how long after a purchase the next is usual (购买周期)"
    ),
}


def customer_key(values: Mapping[str, Any], options: Options) -> ExternalId:
    """Tell which customer a line is about; ValueError where it names nobody."""
    return ExternalId(options.system or "", options.customer_id(values["external_id"]))


def customer_named(key: ExternalId, before: Record | None) -> ExternalId:
    """Tell customers apart by one id each, whichever of theirs a line names."""
    return before.external_ids[0] if before else key


def customer(values: Mapping[str, Any], _: Options, before: Record | None) -> Record:
    """Make the record of a customer of what a line says; what it does not say stays as it was."""
    said = {name: value for name, value in values.items() if name != "external_id"}
    unknown = {"kind": Kind.UNKNOWN, "nature": Nature.UNKNOWN}
    return replace(before, **said) if before else Record(**unknown | said)


def product_key(values: Mapping[str, Any], _: Options) -> str:
    """Tell which product a line is about."""
    code: str = values["code"]
    return code


def product(values: Mapping[str, Any], options: Options, before: Product | None) -> Product:
    """Make a product of what a line says; what it does not say stays as it was."""
    priced = {"currency": _currency(options, before)} if "unit_price" in values else {}
    said = priced | dict(values)
    return replace(before, **said) if before else Product(**said)


def _currency(options: Options, before: Product | None) -> str:
    """Give the currency of a price whose line names none."""
    on_record = before.currency if before else None
    return options.currency if options.currency_given else on_record or options.currency
