"""Use cases of orders: put them, one or many at a time; the same twice changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, update
from sqlalchemy.orm import Session

from services.registry.order import domain, repository
from services.registry.order.domain import Outcome
from services.registry.order.models import Order, OrderLine
from services.registry.order.repository import Known
from shared import clock
from shared.bulk import insert_rows
from shared.contracts import registry as contracts
from shared.ids import new_id
from shared.messaging import outbox

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Put:
    """What became of an order that was put, and under which id it is recorded."""

    order_id: UUID
    outcome: Outcome


def put_orders(session: Session, *, orders: Sequence[domain.Order]) -> list[Put]:
    """Make the records say what these orders say; tell what became of each, in their order."""
    keys = [(order.system, order.external_id) for order in orders]
    known = repository.known_orders(session, keys)
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
        anonymous_reference=order.anonymous_reference,
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
