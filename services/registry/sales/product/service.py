"""Use cases of products: put them into the catalogue, many at a time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.registry.sales.product import domain, events, repository
from services.registry.sales.product.models import Product
from shared import clock
from shared.bulk import insert_rows
from shared.errors import Conflict, Fault
from shared.ids import new_id
from shared.messaging import outbox
from shared.upsert import UpsertResult

Row = dict[str, Any]

UNKNOWN = "No product has this id."

_FIELDS = [field.name for field in fields(domain.Product)]


def create_product(session: Session, *, product: domain.Product) -> Product:
    """Put a product into the catalogue; Conflict where its code is taken."""
    row, outcome = put_product(session, product=product)
    if outcome is not UpsertResult.CREATED:
        fault = Fault("/code", "taken", "The catalogue has this code; PUT changes it.")
        raise Conflict(fault, code="code_taken")
    return row


def put_product(session: Session, *, product: domain.Product) -> tuple[Product, UpsertResult]:
    """Make the catalogue say this of a code."""
    outcome = put_products(session, products=[product])[product.code]
    return repository.products_for_change(session, [product.code])[product.code], outcome


def put_products(
    session: Session, *, products: Sequence[domain.Product]
) -> dict[str, UpsertResult]:
    """Make the catalogue say this; tell what became of each code."""
    wanted = {product.code: product for product in products}
    known = repository.products_for_change(session, list(wanted))
    moment = clock.now()
    outcomes = {code: _changed(row, wanted[code], moment) for code, row in known.items()}
    new = [product for code, product in wanted.items() if code not in known]
    rows = [_row(product, moment) for product in new]
    session.flush()
    insert_rows(session, Product, rows)
    changed = [
        _values(known[code])
        for code, outcome in outcomes.items()
        if outcome is UpsertResult.UPDATED
    ]
    _tell(session, [*rows, *changed])
    return outcomes | {product.code: UpsertResult.CREATED for product in new}


def products_for_change(session: Session, codes: Collection[str]) -> dict[str, domain.Product]:
    """Give what the catalogue says of those codes that it has, to be changed."""
    return {
        code: domain.Product(**{name: getattr(row, name) for name in _FIELDS})
        for code, row in repository.products_for_change(session, codes).items()
    }


def name_products(session: Session, *, names: Mapping[str, str], renames: bool = True) -> None:
    """See that the catalogue has these codes, and give them these names where one is stated.

    Without `renames` those that it has keep theirs.

    Only what has to change is locked: orders of one product must not wait for each other.
    """
    before = repository.names_by_code(session, list(names))
    names = {
        code: name
        for code, name in names.items()
        if code not in before or (renames and name and name != before[code])
    }
    if not names:
        return
    known = repository.products_for_change(session, list(names))
    moment, renamed = clock.now(), []
    for code, row in known.items():
        if renames and names[code] and row.name != names[code]:
            row.name, row.version, row.changed_at = names[code], row.version + 1, moment
            renamed.append(row)
    session.flush()
    rows = [
        _row(domain.Product(code=code, name=name or code), moment)
        for code, name in names.items()
        if code not in known
    ]
    insert_rows(session, Product, rows)
    _tell(session, [*rows, *map(_values, renamed)])


def _changed(row: Product, product: domain.Product, moment: datetime) -> UpsertResult:
    wanted = asdict(product)
    if all(getattr(row, name) == value for name, value in wanted.items()):
        return UpsertResult.UNCHANGED
    for name, value in wanted.items():
        setattr(row, name, value)
    row.version, row.changed_at = row.version + 1, moment
    return UpsertResult.UPDATED


def _row(product: domain.Product, moment: datetime) -> Row:
    return {"id": new_id(), "version": 1, "changed_at": moment, **asdict(product)}


def _values(row: Product) -> Row:
    return {name: getattr(row, name) for name in ("id", "version", "changed_at", *_FIELDS)}


def _tell(session: Session, rows: Sequence[Row]) -> None:
    told = (tell(row) for row in rows for tell in (events.changed, events.state))
    outbox.record_all(session, told)
