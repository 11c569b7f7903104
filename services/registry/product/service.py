"""Use cases of products: put them into the catalogue, many at a time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.registry.product import domain, repository
from services.registry.product.models import Product
from shared import clock
from shared.bulk import insert_rows
from shared.contracts import registry as contracts
from shared.ids import new_id
from shared.messaging import outbox

_FIELDS = ("code", "name", "category", "lifetime_days", "purchase_cycle_days")


def put_products(session: Session, *, products: Sequence[domain.Product]) -> dict[str, str]:
    """Make the catalogue say this; tell what became of each code: created, updated, unchanged."""
    wanted = {product.code: product for product in products}
    known = repository.products_by_code(session, list(wanted))
    moment = clock.now()
    outcomes = {code: _changed(row, wanted[code], moment) for code, row in known.items()}
    new = [product for code, product in wanted.items() if code not in known]
    rows = [_row(product, moment) for product in new]
    session.flush()
    insert_rows(session, Product, rows)
    changed = [_values(known[code]) for code, outcome in outcomes.items() if outcome == "updated"]
    _tell(session, [*rows, *changed], moment)
    return outcomes | {product.code: "created" for product in new}


def products_for_change(session: Session, codes: Collection[str]) -> dict[str, domain.Product]:
    """Give what the catalogue says of those codes that it has, to be changed."""
    names = [field.name for field in fields(domain.Product)]
    return {
        code: domain.Product(**{name: getattr(row, name) for name in names})
        for code, row in repository.products_by_code(session, codes).items()
    }


def name_products(session: Session, *, names: Mapping[str, str]) -> None:
    """See that the catalogue has these codes, and give them these names where one is stated.

    Only what has to change is locked: orders of one product must not wait for each other.
    """
    before = repository.names_by_code(session, list(names))
    names = {
        code: name
        for code, name in names.items()
        if code not in before or (name and name != before[code])
    }
    if not names:
        return
    known = repository.products_by_code(session, list(names))
    moment, renamed = clock.now(), []
    for code, row in known.items():
        if names[code] and row.name != names[code]:
            row.name, row.version, row.changed_at = names[code], row.version + 1, moment
            renamed.append(row)
    session.flush()
    rows = [
        _row(domain.Product(code=code, name=name or code), moment)
        for code, name in names.items()
        if code not in known
    ]
    insert_rows(session, Product, rows)
    _tell(session, [*rows, *map(_values, renamed)], moment)


def _changed(row: Product, product: domain.Product, moment: datetime) -> str:
    wanted = asdict(product)
    if all(getattr(row, name) == value for name, value in wanted.items()):
        return "unchanged"
    for name, value in wanted.items():
        setattr(row, name, value)
    row.version, row.changed_at = row.version + 1, moment
    return "updated"


def _row(product: domain.Product, moment: datetime) -> dict[str, Any]:
    return {"id": new_id(), "version": 1, "changed_at": moment, **asdict(product)}


def _values(row: Product) -> dict[str, Any]:
    return {"id": row.id, "version": row.version} | {name: getattr(row, name) for name in _FIELDS}


def _tell(session: Session, rows: Sequence[Mapping[str, Any]], moment: datetime) -> None:
    events: list[Any] = []
    for row in rows:
        facts = {name: row[name] for name in _FIELDS}
        common = {"product_id": row["id"], "version": row["version"], "recorded_at": moment}
        events += [
            contracts.ProductChanged(**facts, **common),
            contracts.ProductState(**facts, **common),
        ]
    outbox.record_all(session, events)
