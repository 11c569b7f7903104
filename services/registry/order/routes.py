"""HTTP door of orders."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from services.registry.customer import repository as customers
from services.registry.order import repository, service
from services.registry.order.domain import Outcome
from services.registry.order.models import Order
from services.registry.order.schemas import (
    NewOrder,
    OrderBody,
    OrderFields,
    OrderPage,
    order_body,
    order_page,
)
from services.registry.product import service as products
from shared.errors import Conflict, Fault, Invalid, NotFound
from shared.http.answers import answer, errors
from shared.http.dependencies import Once, Reader, Reading, Settings, Transaction, etag
from shared.http.pagination import Paging, link
from shared.http.parameters import external_id_pair
from shared.http.routing import Router
from shared.http.schemas import Code, System
from shared.reader import Reader as RowReader
from shared.reader import Rows

router = Router(
    prefix="orders",
    tag="orders",
    about="Orders (订单) with their lines; what came back is an order with negative quantities.",
)


@router.post("", status_code=201, response_model=OrderBody, responses=errors(409))
def place_order(
    body: NewOrder, once: Once, session: Transaction, settings: Settings, reader: Reader
) -> Response:
    """Record an order or a return (all quantities negative).

    An external id that is already recorded is refused with 409; PUT changes it.
    """

    def place() -> Response:
        key = body.external_id.system, body.external_id.id
        row, outcome = _put(session, reader, settings, body, *key)
        if outcome is not Outcome.CREATED:
            fault = Fault("/external_id", "taken", "This order is recorded; PUT changes it.")
            raise Conflict(fault, code="external_id_taken")
        place = {"Location": f"/v1/orders/{row.id}"}
        return answer(order_body(row), status=201, headers=place | etag(row.version))

    return once(place)


@router.put(
    "/by-external-id/{system}/{external_id}",
    response_model=OrderBody,
    responses=errors() | {201: {"model": OrderBody, "description": "It was new."}},
)
def put_order(
    system: Annotated[
        System,
        Path(description="The system that gives the id; without a colon.", examples=["shop"]),
    ],
    external_id: Annotated[
        Code, Path(description="The order's id there.", examples=["SO-20260131-17"])
    ],
    body: OrderFields,
    session: Transaction,
    settings: Settings,
    reader: Reader,
) -> Response:
    """Make the records say this of an order; the same twice changes nothing.

    The whole order is replaced: what the body leaves out is not kept from before.
    """
    row, outcome = _put(session, reader, settings, body, system, external_id)
    headers = etag(row.version)
    if outcome is not Outcome.CREATED:
        return answer(order_body(row), headers=headers)
    place = {"Location": f"/v1/orders/{row.id}"}
    return answer(order_body(row), status=201, headers=place | headers)


@router.get("", response_model=OrderPage, responses=errors())
def list_orders(
    session: Reading,
    reader: Reader,
    paging: Paging,
    external_id: Annotated[
        str | None,
        Query(
            max_length=201,
            description="The order that another system names so: `system:id`.",
            examples=["shop:SO-20260131-17"],
        ),
    ] = None,
    customer_id: Annotated[
        UUID | None, Query(description="Orders of the customer with this `id`.")
    ] = None,
    occurred_from: Annotated[
        date | None,
        Query(
            alias="from",
            description="First business day, included; not after `to`.",
            examples=["2026-01-01"],
        ),
    ] = None,
    occurred_to: Annotated[
        date | None,
        Query(alias="to", description="Last business day, included.", examples=["2026-01-31"]),
    ] = None,
) -> Response:
    """List orders and returns, in the order in which they were first recorded."""
    if occurred_from and occurred_to and occurred_from > occurred_to:
        raise Invalid(Fault("query:from", "order", "Give a day that is not after the last one."))
    found = repository.orders(
        session,
        reader,
        paging=paging,
        external_id=external_id_pair(external_id),
        customer_id=customer_id,
        occurred_from=occurred_from,
        occurred_to=occurred_to,
    )
    return answer(order_page(found.rows, found.next), headers=link(paging, found.next))


@router.get("/{order_id}", response_model=OrderBody, responses=errors(404))
def read_order(
    order_id: Annotated[UUID, Path(description="The order's `id`, as answers give it.")],
    session: Reading,
    reader: Reader,
) -> Response:
    """Read one order."""
    found = repository.order(session, reader, order_id)
    if found is None:
        raise NotFound(detail="No order that you may see has this id.")
    return answer(order_body(found), headers=etag(found.version))


def _put(
    session: Session,
    reader: RowReader,
    settings: Settings,
    body: OrderFields,
    system: str,
    external_id: str,
) -> tuple[Order, Outcome]:
    order = body.order(
        system=system,
        external_id=external_id,
        customer_id=_customer_id(session, reader, body),
        zone=settings.zone,
    )
    _check_visible(session, reader, (system, external_id), order.customer_id)
    products.name_products(session, names=body.product_names())
    (put,) = service.put_orders(session, orders=[order])
    return session.get_one(Order, put.order_id, populate_existing=True), put.outcome


def _check_visible(
    session: Session, reader: RowReader, key: tuple[str, str], customer_id: UUID | None
) -> None:
    """Let nobody change an order that they may not see, or record one that they would not."""
    if reader.rows is Rows.ALL:
        return
    known = repository.known_orders(session, [key]).get(key)
    if known and repository.order(session, reader, known.id) is None:
        raise NotFound(detail="No order that you may see has this external id.")
    if customer_id is None:
        message = "Name one of the customers that this key sees; it would not see an order of none."
        raise Invalid(Fault("/customer", "out_of_sight", message))


def _customer_id(session: Session, reader: RowReader, body: OrderFields) -> UUID | None:
    """Find who bought; Invalid if nobody that the reader may see is meant."""
    if body.customer and body.customer_id:
        raise Invalid(Fault("/customer_id", "both", "Give customer or customer_id, not both."))
    found = body.customer_id
    if body.customer:
        pair = body.customer.system, body.customer.id
        found = customers.ids_by_external_id(session, [pair]).get(pair)
    if (body.customer or found) and not (found and customers.customer(session, reader, found)):
        pointer = "/customer" if body.customer else "/customer_id"
        raise Invalid(Fault(pointer, "unknown_customer", "Register this customer first."))
    return found
