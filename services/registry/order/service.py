"""Use cases of orders: put them, one or many at a time; the same twice changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, update
from sqlalchemy.orm import Session

from services.registry.customer import repository as customers
from services.registry.order import domain, repository
from services.registry.order.models import Order, OrderLine
from services.registry.order.repository import Known
from services.registry.product import service as products
from shared import clock
from shared.bulk import insert_rows
from shared.contracts import registry as contracts
from shared.errors import Conflict, Fault, Invalid, existing
from shared.ids import new_id
from shared.messaging import outbox
from shared.outcome import Outcome
from shared.reader import Reader, Rows

Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An order as a caller tells it: who bought may be named by the id of another system."""

    order: domain.Order
    buyer: Key | None
    product_names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Put:
    """What became of an order that was put, and under which id it is recorded."""

    order_id: UUID
    outcome: Outcome


def place_order(session: Session, *, told: Told, reader: Reader) -> Order:
    """Record a new order; Conflict where its external id is taken."""
    row, outcome = put_order(session, told=told, reader=reader)
    if outcome is not Outcome.CREATED:
        fault = Fault("/external_id", "taken", "This order is recorded; PUT changes it.")
        raise Conflict(fault, code="external_id_taken")
    return row


def put_order(session: Session, *, told: Told, reader: Reader) -> tuple[Order, Outcome]:
    """Make the records say this of one order; Invalid or NotFound where the reader may not."""
    order = _with_buyer(session, told, reader)
    _check_visible(session, order, reader)
    products.name_products(session, names=told.product_names)
    (put,) = put_orders(session, orders=[order])
    return session.get_one(Order, put.order_id, populate_existing=True), put.outcome


def _with_buyer(session: Session, told: Told, reader: Reader) -> domain.Order:
    """Find who bought; Invalid if nobody that the reader may see is meant."""
    order = told.order
    if told.buyer:
        found = customers.ids_by_external_id(session, [told.buyer]).get(told.buyer)
        order = replace(order, customer_id=found)
    if told.buyer or order.customer_id:
        known = order.customer_id and customers.customer(session, reader, order.customer_id)
        if not known:
            pointer = "/customer" if told.buyer else "/customer_id"
            raise Invalid(Fault(pointer, "unknown_customer", "Register this customer first."))
    return order


def _check_visible(session: Session, order: domain.Order, reader: Reader) -> None:
    """Let nobody change an order that they may not see, or record one that they would not."""
    if reader.rows is Rows.ALL:
        return
    key = order.system, order.external_id
    known = repository.orders_for_change(session, [key]).get(key)
    if known:
        visible = repository.order(session, reader, known.id)
        existing(visible, "No order that you may see has this external id.")
    if order.customer_id is None:
        message = "Name one of the customers that this key sees; it would not see an order of none."
        raise Invalid(Fault("/customer", "out_of_sight", message))


def put_orders(session: Session, *, orders: Sequence[domain.Order]) -> list[Put]:
    """Make the records say what these orders say; tell what became of each, in their order."""
    keys = [(order.system, order.external_id) for order in orders]
    known = repository.orders_for_change(session, keys)
    digests = [domain.digest(order) for order in orders]
    outcomes = [_outcome(known.get(key), told) for key, told in zip(keys, digests, strict=True)]
    moment = clock.now()
    rows = [
        _row(order, known.get(key), told, moment)
        for order, key, told, outcome in zip(orders, keys, digests, outcomes, strict=True)
        if outcome is not Outcome.UNCHANGED
    ]
    changed = [order for order, o in zip(orders, outcomes, strict=True) if o is not o.UNCHANGED]
    _write(session, rows, changed)
    outbox.record_all(session, map(_event, changed, rows))
    ids = {key: found.id for key, found in known.items()}
    ids |= {(row["system"], row["external_id"]): row["id"] for row in rows}
    return [Put(ids[key], outcome) for key, outcome in zip(keys, outcomes, strict=True)]


def _outcome(known: Known | None, told: str) -> Outcome:
    if known is None:
        return Outcome.CREATED
    return Outcome.UNCHANGED if known.digest == told else Outcome.UPDATED


def _row(order: domain.Order, known: Known | None, told: str, moment: datetime) -> dict[str, Any]:
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
        "digest": told,
        "recorded_at": moment,
    }


def _write(
    session: Session, rows: Sequence[dict[str, Any]], orders: Sequence[domain.Order]
) -> None:
    old = [row for row in rows if row["version"] > 1]
    insert_rows(session, Order, [row for row in rows if row["version"] == 1])
    if old:
        ids = [row["id"] for row in old]
        session.execute(delete(OrderLine).where(OrderLine.order_id.in_(ids)))
        session.connection().execute(
            update(Order).where(Order.id == bindparam("which")),
            [{"which": row["id"]} | {k: v for k, v in row.items() if k != "id"} for row in old],
        )
    lines = [
        _line_row(row["id"], ordinal, line)
        for row, order in zip(rows, orders, strict=True)
        for ordinal, line in enumerate(order.lines)
    ]
    insert_rows(session, OrderLine, lines)


def _line_row(order_id: UUID, ordinal: int, line: domain.Line) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "ordinal": ordinal,
        "product_code": line.product_code,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "discount": line.discount,
        "unit_cost": line.unit_cost,
    }


def _event(order: domain.Order, row: Mapping[str, Any]) -> contracts.OrderSnapshot:
    kind: type[contracts.OrderSnapshot] = contracts.OrderChanged
    if row["version"] == 1:
        kind = contracts.OrderReturned if order.is_return else contracts.OrderPlaced
    return kind(
        order_id=row["id"],
        version=row["version"],
        recorded_at=row["recorded_at"],
        external_id=contracts.ExternalId(system=order.system, id=order.external_id),
        customer_id=order.customer_id,
        ordered_at=order.ordered_at,
        occurred_on=order.occurred_on,
        currency=order.currency,
        lines=[
            contracts.OrderLine(
                product_code=line.product_code,
                quantity=line.quantity,
                unit_price=line.unit_price,
                discount=line.discount,
                unit_cost=line.unit_cost,
            )
            for line in order.lines
        ],
        promised_on=order.promised_on,
        delivered_on=order.delivered_on,
        faulty=order.faulty,
    )
