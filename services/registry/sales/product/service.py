"""Use cases of products: create, upsert and name products of the catalogue."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.sales.product import domain, events, repository
from services.registry.sales.product.models import Product
from shared import clock
from shared.bulk import insert_rows
from shared.database import Row, row_of
from shared.errors import CodeTaken, Fault, check_version, found_or_404
from shared.faults import TAKEN
from shared.ids import new_id
from shared.messaging import outbox
from shared.upsert import UpsertResult

UNKNOWN = "No product has this id."

_FIELDS = [field.name for field in fields(domain.Product)]


def create_product(session: Session, *, product: domain.Product) -> Product:
    """Add a product to the catalogue; raise CodeTaken if the catalogue has its code."""
    row, outcome = upsert_product(session, product=product)
    if outcome is not UpsertResult.CREATED:
        raise CodeTaken(Fault("/code", TAKEN, "The catalogue has this code; PUT changes it."))
    return row


def change_product(
    session: Session,
    *,
    product_id: UUID,
    expected_version: int | None,
    changes: Mapping[str, Any],
    currency: str,
) -> Product:
    """Change fields of a product whose version is the expected one; others stay as they are.

    A price without a currency is in `currency`. Raises NotFound if there is no such product, and
    PreconditionFailed if it has another version.
    """
    row = found_or_404(repository.product_for_change(session, product_id), UNKNOWN)
    check_version(row.version, expected_version)
    product = replace(_product_of(row), **changes)
    if product.unit_price is not None and product.currency is None:
        product = replace(product, currency=currency)
    if _update(row, product, clock.now()) is UpsertResult.UPDATED:
        session.flush()
        _record_events(session, [row_of(row)])
    return row


def upsert_product(session: Session, *, product: domain.Product) -> tuple[Product, UpsertResult]:
    """Add a product to the catalogue, or replace the product with the same code."""
    outcome = upsert_products(session, products=[product])[product.code]
    return repository.products_for_change(session, [product.code])[product.code], outcome


def upsert_products(
    session: Session, *, products: Sequence[domain.Product]
) -> dict[str, UpsertResult]:
    """Add or replace products by their codes; return the result for each code."""
    by_code = {product.code: product for product in products}
    existing = repository.products_for_change(session, list(by_code))
    now = clock.now()
    outcomes = {code: _update(row, by_code[code], now) for code, row in existing.items()}
    new = [product for code, product in by_code.items() if code not in existing]
    rows = [_new_row(product, now) for product in new]
    session.flush()
    insert_rows(session, Product, rows)
    updated = [
        row_of(existing[code])
        for code, outcome in outcomes.items()
        if outcome is UpsertResult.UPDATED
    ]
    _record_events(session, [*rows, *updated])
    return outcomes | {product.code: UpsertResult.CREATED for product in new}


def products_for_change(session: Session, codes: Collection[str]) -> dict[str, domain.Product]:
    """Lock products and return them by code; unknown codes are left out."""
    return {
        code: _product_of(row)
        for code, row in repository.products_for_change(session, codes).items()
    }


def name_products(session: Session, *, names: Mapping[str, str], renames: bool = True) -> None:
    """Add missing products to the catalogue, and rename existing ones.

    `names` has a name, or an empty text, for each product code. A new product with an empty name is
    named by its code. An existing product keeps its name if the new name is empty or if `renames`
    is false.

    Only products that change are locked, so that orders of one product do not wait for each other.
    """
    current = repository.names_by_code(session, list(names))
    names = {
        code: name
        for code, name in names.items()
        if code not in current or (renames and name and name != current[code])
    }
    if not names:
        return
    existing = repository.products_for_change(session, list(names))
    now, renamed = clock.now(), []
    for code, row in existing.items():
        if renames and names[code] and row.name != names[code]:
            row.name, row.version, row.changed_at = names[code], row.version + 1, now
            renamed.append(row)
    session.flush()
    rows = [
        _new_row(domain.Product(code=code, name=name or code), now)
        for code, name in names.items()
        if code not in existing
    ]
    insert_rows(session, Product, rows)
    _record_events(session, [*rows, *map(row_of, renamed)])


def _product_of(row: Product) -> domain.Product:
    """Return the product of a row."""
    return domain.Product(**{name: getattr(row, name) for name in _FIELDS})


def _update(row: Product, product: domain.Product, now: datetime) -> UpsertResult:
    """Write the values of a product into its row; return whether any value differs."""
    values = asdict(product)
    if all(getattr(row, name) == value for name, value in values.items()):
        return UpsertResult.UNCHANGED
    for name, value in values.items():
        setattr(row, name, value)
    row.version, row.changed_at = row.version + 1, now
    return UpsertResult.UPDATED


def _new_row(product: domain.Product, now: datetime) -> Row:
    """Return the row of a new product."""
    return {"id": new_id(), "version": 1, "changed_at": now, **asdict(product)}


def _record_events(session: Session, rows: Sequence[Row]) -> None:
    """Record the fact and the state of each new or changed product in the outbox."""
    outbox.record_all(
        session, (event for row in rows for event in (events.changed(row), events.state(row)))
    )
