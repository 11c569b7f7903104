"""Use cases of orders: create or replace them, one or many at a time.

Sending an order again with the same values changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
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
from shared.errors import Fault, Invalid, found_or_404
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


@dataclass(frozen=True, slots=True)
class UpsertedOrder:
    """The result of upserting one order; `row` is None if the order was unchanged."""

    order_id: UUID
    outcome: UpsertResult
    row: Row | None = None


def place_order(session: Session, *, request: OrderRequest, reader: Reader) -> Order:
    """Create an order; raise Conflict, before anything is written, if its id is taken."""
    order = _with_buyer(session, request, reader)
    existing = _lock_existing(session, order, reader)
    if existing:
        advice = "This order exists; PUT replaces it."
        raise ExternalIdTaken(Fault("/external_id", TAKEN, advice))
    _name_products(session, request, reader)
    row, _ = _upsert(session, order, existing)
    return row


def upsert_order(
    session: Session, *, request: OrderRequest, reader: Reader
) -> tuple[Order, UpsertResult]:
    """Create an order or replace it.

    Raises NotFound if the stored order is not visible to the reader, and Invalid if the new one
    would not be.
    """
    order = _with_buyer(session, request, reader)
    existing = None if reader.rows is Rows.ALL else _lock_existing(session, order, reader)
    _name_products(session, request, reader)
    return _upsert(session, order, existing)


def _name_products(session: Session, request: OrderRequest, reader: Reader) -> None:
    """Add the products to the catalogue; only a reader of all rows renames existing ones."""
    products.name_products(session, names=request.product_names, renames=reader.rows is Rows.ALL)


def _upsert(
    session: Session, order: domain.Order, existing: Mapping[Key, ExistingOrder] | None
) -> tuple[Order, UpsertResult]:
    """Upsert one order; return its row and the result."""
    (upserted,) = upsert_orders(session, orders=[order], existing=existing)
    if upserted.row is None:
        return session.get_one(Order, upserted.order_id), upserted.outcome
    lines = [OrderLine(**row) for row in _line_rows(upserted.order_id, order)]
    return Order(**upserted.row, lines=lines), upserted.outcome


def _with_buyer(session: Session, request: OrderRequest, reader: Reader) -> domain.Order:
    """Return the order with the id of its customer; raise Invalid if the reader does not see it."""
    reference = request.buyer or request.order.customer_id
    if reference is None:
        return request.order
    customer_id = customers.find_customer_id(session, reader, reference)
    if customer_id is None:
        pointer = "/customer" if request.buyer else "/customer_id"
        raise Invalid(Fault(pointer, UNKNOWN_CUSTOMER, "Register this customer first."))
    return replace(request.order, customer_id=customer_id)


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
    if order.customer_id is None:
        advice = "Name a customer that this key sees; it does not see anonymous orders."
        raise Invalid(Fault("/customer", NOT_VISIBLE, advice))
    return existing


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
