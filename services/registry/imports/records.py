"""Customers and products from the lines of a file, one line each. Pure."""

from enum import StrEnum
from typing import TypeVar

from services.registry.customer.domain import (
    Contradiction,
    ExternalId,
    Kind,
    Nature,
    Ownership,
    Record,
    RetailFormat,
    contradictions,
)
from services.registry.imports import domain
from services.registry.imports.domain import Cells, Options
from services.registry.product.domain import Product

Choice = TypeVar("Choice", bound=StrEnum)

_TAG_SEPARATOR = ";"


def customer(cells: Cells, options: Options) -> tuple[ExternalId, Record] | None:
    """Read a customer; None if something is wrong, which is noted with the cells."""
    external_id = cells.need("external_id", domain.code) or ""
    if options.strip_suffix:
        external_id = external_id.removesuffix(options.strip_suffix)
    record = Record(
        name=cells.need("name", domain.name) or "",
        name_en=cells.read("name_en", domain.name),
        kind=_choice(cells, "kind", Kind) or Kind.UNKNOWN,
        nature=_choice(cells, "nature", Nature) or Nature.UNKNOWN,
        ownership=_choice(cells, "ownership", Ownership),
        retail_format=_choice(cells, "retail_format", RetailFormat),
        email=cells.read("email", domain.name),
        phone=cells.read("phone", _phone),
        city=cells.read("city", domain.code),
        owner=cells.read("owner", domain.code),
        team=cells.read("team", domain.code),
        internal=cells.read("internal", domain.flag) or False,
        disqualified=cells.read("disqualified", domain.flag) or False,
        tags=tuple(filter(None, cells.get("tags").split(_TAG_SEPARATOR))),
    )
    cells.faults += [_said(found) for found in contradictions(record)]
    return None if cells.faults else (ExternalId(options.system, external_id), record)


def product(cells: Cells, options: Options) -> Product | None:
    """Read a product; None if something is wrong, which is noted with the cells."""
    price = cells.read("unit_price", domain.exact)
    found = Product(
        code=cells.need("code", domain.code) or "",
        name=cells.need("name", domain.name) or "",
        category=cells.read("category", domain.code),
        unit_price=price,
        currency=cells.read("currency", domain.currency)
        or (None if price is None else options.currency),
        lifetime_days=cells.read("lifetime_days", domain.days),
        purchase_cycle_days=cells.read("purchase_cycle_days", domain.days),
    )
    if price is not None and price < 0:
        cells.faults.append("unit_price: give a price of 0 or more.")
    return None if cells.faults else found


def _choice(cells: Cells, name: str, kind: type[Choice]) -> Choice | None:
    def read(text: str) -> Choice:
        if text not in list(kind):
            raise ValueError(f"Give one of {', '.join(kind)}.")
        return kind(text)

    return cells.read(name, read)


_LONGEST_PHONE = 50


def _phone(text: str) -> str:
    if len(text) > _LONGEST_PHONE:
        raise ValueError(f"Give at most {_LONGEST_PHONE} characters.")
    return domain.code(text)


def _said(found: Contradiction) -> str:
    return f"{found.field}: {found.message}"
