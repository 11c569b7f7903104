"""Use cases of orders: put them, one or many at a time; the same twice changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, update
from sqlalchemy.orm import Session

from services.registry.customers.customer import repository as customers
from services.registry.sales.order import domain, events, repository
from services.registry.sales.order.models import Order, OrderLine
from services.registry.sales.order.repository import Known
from services.registry.sales.product import service as products
from shared import clock
from shared.bulk import any_of, insert_rows
from shared.errors import Conflict, Fault, Invalid, found_or_404
from shared.ids import new_id
from shared.messaging import outbox
from shared.row_access import Reader, Rows
from shared.upsert import UpsertResult

Key = tuple[str, str]
Row = dict[str, Any]

UNKNOWN = "No order that you may see has this id."


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An order as a caller tells it: who bought may be named by the id of another system."""

    order: domain.Order
    buyer: Key | None
    product_names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Put:
    """What became of an order that was put, its id, and the row that was written, if any."""

    order_id: UUID
    outcome: UpsertResult
    written: Row | None = None


def place_order(session: Session, *, told: Told, reader: Reader) -> Order:
    """Record a new order; Conflict, before anything is written, where its external id is taken."""
    order = _with_buyer(session, told, reader)
    known = _known(session, order, reader)
    if known:
        fault = Fault("/external_id", "taken", "This order is recorded; PUT changes it.")
        raise Conflict(fault, code="external_id_taken")
    _name_products(session, told, reader)
    row, _ = _put(session, order, known)
    return row


def put_order(session: Session, *, told: Told, reader: Reader) -> tuple[Order, UpsertResult]:
    """Make the records say this of one order; Invalid or NotFound where the reader may not."""
    order = _with_buyer(session, told, reader)
    known = None if reader.rows is Rows.ALL else _known(session, order, reader)
    _name_products(session, told, reader)
    return _put(session, order, known)


def _name_products(session: Session, told: Told, reader: Reader) -> None:
    """Put new codes into the catalogue; who sees some rows gives no new name to a known one."""
    products.name_products(session, names=told.product_names, renames=reader.rows is Rows.ALL)


def _put(
    session: Session, order: domain.Order, known: Mapping[Key, Known] | None
) -> tuple[Order, UpsertResult]:
    (put,) = put_orders(session, orders=[order], known=known)
    if put.written is None:
        return session.get_one(Order, put.order_id), put.outcome
    lines = [OrderLine(**row) for row in _line_rows(put.order_id, order)]
    return Order(**put.written, lines=lines), put.outcome


def _with_buyer(session: Session, told: Told, reader: Reader) -> domain.Order:
    """Find who bought; Invalid if nobody that the reader may see is meant."""
    named = told.buyer or told.order.customer_id
    if named is None:
        return told.order
    customer_id = customers.id_of(session, reader, named)
    if customer_id is None:
        pointer = "/customer" if told.buyer else "/customer_id"
        raise Invalid(Fault(pointer, "unknown_customer", "Register this customer first."))
    return replace(told.order, customer_id=customer_id)


def _known(session: Session, order: domain.Order, reader: Reader) -> dict[Key, Known]:
    """Find and lock the order of this key, if there is one.

    Nobody changes an order that they may not see, or records one that they would not.
    """
    key = order.system, order.external_id
    known = repository.orders_for_change(session, [key])
    if reader.rows is Rows.ALL:
        return known
    if key in known:
        visible = repository.order(session, reader, known[key].id)
        found_or_404(visible, "No order that you may see has this external id.")
    if order.customer_id is None:
        message = "Name one of the customers that this key sees; it would not see an order of none."
        raise Invalid(Fault("/customer", "out_of_sight", message))
    return known


def put_orders(
    session: Session,
    *,
    orders: Sequence[domain.Order],
    known: Mapping[Key, Known] | None = None,
) -> list[Put]:
    """Make the records say what these orders say; tell what became of each, in their order.

    No two of them have the same system and external id. Which are `known` is looked up, unless the
    caller has done so and holds them.
    """
    keys = [(order.system, order.external_id) for order in orders]
    if known is None:
        known = repository.orders_for_change(session, keys)
    moment = clock.now()
    puts: list[Put] = []
    written: list[tuple[domain.Order, Row]] = []
    for order, key in zip(orders, keys, strict=True):
        before, digest = known.get(key), domain.digest(order)
        if before and before.digest == digest:
            puts.append(Put(before.id, UpsertResult.UNCHANGED))
            continue
        row = _row(order, before, digest, moment)
        written.append((order, row))
        puts.append(Put(row["id"], UpsertResult.UPDATED if before else UpsertResult.CREATED, row))
    _write(session, written)
    outbox.record_all(session, (events.snapshot(order, row) for order, row in written))
    return puts


def _row(order: domain.Order, known: Known | None, digest: str, moment: datetime) -> Row:
    return {
        "id": known.id if known else new_id(),
        "version": known.version + 1 if known else 1,
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
        "recorded_at": moment,
    }


def _write(session: Session, written: Sequence[tuple[domain.Order, Row]]) -> None:
    replaced = [row for _, row in written if row["version"] > 1]
    insert_rows(session, Order, [row for _, row in written if row["version"] == 1])
    if replaced:
        ids = [row["id"] for row in replaced]
        session.execute(delete(OrderLine).where(any_of(session, OrderLine.order_id, ids)))
        session.connection().execute(
            update(Order).where(Order.id == bindparam("which")),
            [
                {"which": row["id"]} | {k: v for k, v in row.items() if k != "id"}
                for row in replaced
            ],
        )
    lines = [line for order, row in written for line in _line_rows(row["id"], order)]
    insert_rows(session, OrderLine, lines)


def _line_rows(order_id: UUID, order: domain.Order) -> Iterable[Row]:
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
