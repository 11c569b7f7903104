"""Customers and products from the lines of a file, one line each. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.registry.customer.domain import (
    ExternalId,
    Kind,
    Nature,
    Ownership,
    Record,
    RetailFormat,
    contradictions,
)
from services.registry.imports import domain
from services.registry.imports.domain import Cell, Field, Options
from services.registry.product.domain import Product
from shared.money import parse_exact

LONGEST_PHONE = 50


def _phone(text: str) -> str:
    if len(text) > LONGEST_PHONE:
        raise ValueError(f"Give at most {LONGEST_PHONE} characters.")
    return domain.code(text)


def _tags(text: str) -> tuple[str, ...]:
    return tuple(domain.code(tag.strip()) for tag in text.split(";") if tag.strip())


def _price(text: str) -> Any:
    price = parse_exact(text)
    if price < 0:
        raise ValueError("Give a price of 0 or more.")
    return price


CUSTOMER_FIELDS = {
    "external_id": Field(domain.CODE, "id of the customer in `options.system`", required=True),
    "name": Field(domain.NAME, "name, as the customer writes it", required=True),
    "name_en": Field(domain.NAME, "name in English"),
    "kind": Field(domain.choice(Kind), "what the customer is; of a new one without it `unknown`"),
    "nature": Field(
        domain.choice(Nature),
        "nature (客户性质): of a person `individual` or `household`, of an organisation another; "
        "of a new one without it `unknown`",
    ),
    "ownership": Field(domain.choice(Ownership), "who owns it (所有制); never of a person"),
    "retail_format": Field(
        domain.choice(RetailFormat), "format (业态); only where nature is `retailer`"
    ),
    "email": Field(domain.NAME, "e-mail address"),
    "phone": Field(Cell(_phone, f"text of at most {LONGEST_PHONE} characters"), "phone number"),
    "city": Field(domain.CODE, "city"),
    "owner": Field(domain.CODE, "account owner (专职人员): who serves them"),
    "team": Field(domain.CODE, "team of the account owner"),
    "internal": Field(domain.FLAG, "whether it is a post or department of ours (内部客户)"),
    "disqualified": Field(domain.FLAG, "whether it is marked as not worth pursuing"),
    "tags": Field(
        Cell(_tags, "words separated by `;`, such as `重点客户;家电`"),
        "words of your own; they replace those on record",
    ),
}

PRODUCT_FIELDS = {
    "code": Field(domain.CODE, "code of the product; upper and lower case differ", required=True),
    "name": Field(domain.NAME, "name", required=True),
    "category": Field(domain.CODE, "category"),
    "unit_price": Field(
        Cell(_price, "0 or more, written as `2599.00`; no `,` and no sign of money"), "list price"
    ),
    "currency": Field(domain.CURRENCY, "of the list price; without it `options.currency`"),
    "lifetime_days": Field(domain.DAYS, "how long one serves (产品生命周期)"),
    "purchase_cycle_days": Field(
        domain.DAYS, "how long after a purchase the next is usual (购买周期)"
    ),
}


def customer_key(values: Mapping[str, Any], options: Options) -> ExternalId:
    """Tell which customer a line is about."""
    return ExternalId(
        options.system, values["external_id"].removesuffix(options.strip_suffix or "")
    )


def customer(values: Mapping[str, Any], _: Options, before: Record | None) -> Record:
    """Make the record of a customer of what a line says; what it does not say stays as it was.

    ValueError if that cannot be true together.
    """
    said = {name: value for name, value in values.items() if name != "external_id"}
    unknown = {"kind": Kind.UNKNOWN, "nature": Nature.UNKNOWN}
    record = replace(before, **said) if before else Record(**unknown | said)
    if found := contradictions(record):
        raise ValueError(" ".join(f"{one.field}: {one.message}" for one in found))
    return record


def product_key(values: Mapping[str, Any], _: Options) -> str:
    """Tell which product a line is about."""
    code: str = values["code"]
    return code


def product(values: Mapping[str, Any], options: Options, before: Product | None) -> Product:
    """Make a product of what a line says; what it does not say stays as it was."""
    priced = {"currency": options.currency} if "unit_price" in values else {}
    said = priced | dict(values)
    return replace(before, **said) if before else Product(**said)
