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
from services.registry.imports.domain import Options, Reader
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


CUSTOMER_READERS: dict[str, Reader] = {
    "external_id": domain.code,
    "name": domain.name,
    "name_en": domain.name,
    "kind": domain.choice(Kind),
    "nature": domain.choice(Nature),
    "ownership": domain.choice(Ownership),
    "retail_format": domain.choice(RetailFormat),
    "email": domain.name,
    "phone": _phone,
    "city": domain.code,
    "owner": domain.code,
    "team": domain.code,
    "internal": domain.flag,
    "disqualified": domain.flag,
    "tags": _tags,
}
CUSTOMER_REQUIRED = frozenset({"external_id", "name"})

PRODUCT_READERS: dict[str, Reader] = {
    "code": domain.code,
    "name": domain.name,
    "category": domain.code,
    "unit_price": _price,
    "currency": domain.currency,
    "lifetime_days": domain.days,
    "purchase_cycle_days": domain.days,
}
PRODUCT_REQUIRED = frozenset({"code", "name"})


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
