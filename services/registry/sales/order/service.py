"""Use cases of orders: create or replace them, one or many at a time.

Sending an order again with the same values changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, update
from sqlalchemy.orm import Session

from services.registry.customers.customer import repository as customers
from services.registry.customers.customer.problems import ExternalIdTaken
from services.registry.sales.order import domain, events, repository
from services.registry.sales.order.models import Order, OrderLine
from services.registry.sales.order.repository import ExistingOrder
from services.registry.sales.product import service as products
from shared import clock
from shared.bulk import any_of, insert_rows
from shared.database import Row
from shared.errors import Fault, Invalid, check_version, found_or_404
from shared.faults import NOT_VISIBLE, TAKEN, UNKNOWN_CUSTOMER
from shared.ids import new_id
from shared.messaging import outbox
from shared.row_access import Reader, Rows
from shared.upsert import UpsertResult

Key = tuple[str, str]
"""The system and the external id of an order or a customer."""

UNKNOWN = "No order that you may see has this id."


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """The order of a request, whose customer is not looked up yet.

    `buyer` is the external id of the customer; it is None if the order has a customer id or is
    anonymous. `product_names` has a name for each product code, empty if the caller gives none.
    """

    order: domain.Order
    buyer: Key | None
    product_names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """The fields of an order that a request changes, by name.

    If the request `names_customer`, the customer is `buyer`, an external id, or else the one in
    `values`. `product_names` has a name for each code of new lines, empty if the request has none.
    """

    values: Mapping[str, Any]
    names_customer: bool
    buyer: Key | None
    product_names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class UpsertedOrder:
    """The result of upserting one order; `row` is None if the order was unchanged."""

    order_id: UUID
    outcome: UpsertResult
    row: Row | None = None


def place_order(session: Session, *, request: OrderRequest, reader: Reader) -> Order:
    """Create an order; raise Conflict, before anything is written, if its id is taken."""
    order = _with_buyer(session, request.order, request.buyer, reader)
    existing = _lock_existing(session, order, reader)
    if existing:
        advice = "This order exists; PUT replaces it."
        raise ExternalIdTaken(Fault("/external_id", TAKEN, advice))
    _name_products(session, request.product_names, reader)
    row, _ = _upsert(session, order, existing)
    return row


def upsert_order(
    session: Session, *, request: OrderRequest, reader: Reader
) -> tuple[Order, UpsertResult]:
    """Create an order or replace it.

    Raises NotFound if the stored order is not visible to the reader, and Invalid if the new one
    would not be.
    """
    order = _with_buyer(session, request.order, request.buyer, reader)
    existing = None if reader.rows is Rows.ALL else _lock_existing(session, order, reader)
    _name_products(session, request.product_names, reader)
    return _upsert(session, order, existing)


def change_order(
    session: Session,
    *,
    order_id: UUID,
    expected_version: int | None,
    change: OrderChange,
    reader: Reader,
) -> Order:
    """Change fields of an order whose version is the expected one; others stay as they are.

    Raises NotFound if no such order is visible to the reader, PreconditionFailed if it has another
    version, and Invalid if its customer is unknown or the changed order would not be visible.
    """
    # Products are locked before orders, as when an order is replaced.
    _name_products(session, change.product_names, reader)
    row = found_or_404(repository.order_for_change(session, reader, order_id), UNKNOWN)
    check_version(row.version, expected_version)
    order = replace(order_of(row), **change.values)
    if change.names_customer:
        order = _with_buyer(session, order, change.buyer, reader)
        _check_is_visible(order, reader)
    existing = ExistingOrder(row.id, row.version, row.digest)
    changed, _ = _upsert(session, order, {(order.system, order.external_id): existing})
    return changed


def order_of(row: Order) -> domain.Order:
    """Return the order of a row."""
    names = [field.name for field in fields(domain.Order)]
    line_names = [field.name for field in fields(domain.Line)]
    values = {name: getattr(row, name) for name in names}
    values["lines"] = tuple(
        domain.Line(**{name: getattr(line, name) for name in line_names}) for line in row.lines
    )
    return domain.Order(**values)


def _name_products(session: Session, names: Mapping[str, str], reader: Reader) -> None:
    """Add the products to the catalogue; only a reader of all rows renames existing ones."""
    products.name_products(session, names=names, renames=reader.rows is Rows.ALL)


def _upsert(
    session: Session, order: domain.Order, existing: Mapping[Key, ExistingOrder] | None
) -> tuple[Order, UpsertResult]:
    """Upsert one order; return its row and the result."""
    (upserted,) = upsert_orders(session, orders=[order], existing=existing)
    if upserted.row is None:
        return session.get_one(Order, upserted.order_id), upserted.outcome
    lines = [OrderLine(**row) for row in _line_rows(upserted.order_id, order)]
    return Order(**upserted.row, lines=lines), upserted.outcome


def _with_buyer(
    session: Session, order: domain.Order, buyer: Key | None, reader: Reader
) -> domain.Order:
    """Return the order with the id of its customer; raise Invalid if the reader does not see it."""
    reference = buyer or order.customer_id
    if reference is None:
        return order
    customer_id = customers.find_customer_id(session, reader, reference)
    if customer_id is None:
        pointer = "/customer" if buyer else "/customer_id"
        raise Invalid(Fault(pointer, UNKNOWN_CUSTOMER, "Register this customer first."))
    return replace(order, customer_id=customer_id)


def _lock_existing(
    session: Session, order: domain.Order, reader: Reader
) -> dict[Key, ExistingOrder]:
    """Lock the stored order with the same external id; return it by its key, if it exists.

    Raises NotFound if the stored order is not visible to the reader, and Invalid if the new one
    would not be.
    """
    key = order.system, order.external_id
    existing = repository.orders_for_change(session, [key])
    if reader.rows is Rows.ALL:
        return existing
    if key in existing:
        visible = repository.order(session, reader, existing[key].id)
        found_or_404(visible, "No order that you may see has this external id.")
    _check_is_visible(order, reader)
    return existing


def _check_is_visible(order: domain.Order, reader: Reader) -> None:
    """Raise Invalid if an order is anonymous and the reader does not see all rows."""
    if order.customer_id is None and reader.rows is not Rows.ALL:
        advice = "Name a customer that this key sees; it does not see anonymous orders."
        raise Invalid(Fault("/customer", NOT_VISIBLE, advice))


def upsert_orders(
    session: Session,
    *,
    orders: Sequence[domain.Order],
    existing: Mapping[Key, ExistingOrder] | None = None,
) -> list[UpsertedOrder]:
    """Create or replace orders; return the result of each order, in the same sequence.

    The orders must have different external ids. `existing` are the stored orders with these ids,
    which the caller has locked; if it is None, they are locked and read here.
    """
    keys = [(order.system, order.external_id) for order in orders]
    if existing is None:
        existing = repository.orders_for_change(session, keys)
    now = clock.now()
    results: list[UpsertedOrder] = []
    written: list[tuple[domain.Order, Row]] = []
    for order, key in zip(orders, keys, strict=True):
        before, digest = existing.get(key), domain.digest(order)
        if before and before.digest == digest:
            results.append(UpsertedOrder(before.id, UpsertResult.UNCHANGED))
            continue
        row = _order_row(order, before, digest, now)
        written.append((order, row))
        outcome = UpsertResult.UPDATED if before else UpsertResult.CREATED
        results.append(UpsertedOrder(row["id"], outcome, row))
    _write(session, written)
    outbox.record_all(session, (events.snapshot(order, row) for order, row in written))
    return results


def _order_row(
    order: domain.Order, before: ExistingOrder | None, digest: str, now: datetime
) -> Row:
    """Return the row of a new order, or the next version of an existing one."""
    return {
        "id": before.id if before else new_id(),
        "version": before.version + 1 if before else 1,
        "system": order.system,
        "external_id": order.external_id,
        "customer_id": order.customer_id,
        "anonymous_reference": order.anonymous_reference,
        "ordered_at": order.ordered_at,
        "occurred_on": order.occurred_on,
        "currency": order.currency,
        "promised_on": order.promised_on,
        "delivered_on": order.delivered_on,
        "faulty": order.faulty,
        "digest": digest,
        "recorded_at": now,
    }


def _write(session: Session, written: Sequence[tuple[domain.Order, Row]]) -> None:
    """Insert the rows of new orders, update the rows of changed orders, and write their lines."""
    replaced = [row for _, row in written if row["version"] > 1]
    insert_rows(session, Order, [row for _, row in written if row["version"] == 1])
    if replaced:
        ids = [row["id"] for row in replaced]
        session.execute(delete(OrderLine).where(any_of(session, OrderLine.order_id, ids)))
        session.connection().execute(
            update(Order).where(Order.id == bindparam("order_id")),
            [
                {"order_id": row["id"]}
                | {name: value for name, value in row.items() if name != "id"}
                for row in replaced
            ],
        )
    lines = [line for order, row in written for line in _line_rows(row["id"], order)]
    insert_rows(session, OrderLine, lines)


def _line_rows(order_id: UUID, order: domain.Order) -> Iterable[Row]:
    """Yield a row of the table of order lines for each line of an order."""
    for ordinal, line in enumerate(order.lines):
        yield {
            "order_id": order_id,
            "ordinal": ordinal,
            "product_code": line.product_code,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "discount": line.discount,
            "unit_cost": line.unit_cost,
        }
