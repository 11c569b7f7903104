"""HTTP routes of orders."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from services.registry.sales.order import repository, service
from services.registry.sales.order.filters import OrderFilter
from services.registry.sales.order.models import Order
from services.registry.sales.order.schemas import (
    OrderCreate,
    OrderOut,
    OrderPage,
    OrderUpdate,
    OrderUpsert,
    order_out,
)
from shared.errors import found_or_404
from shared.http.answers import errors, json_response, upsert_status
from shared.http.dependencies import ExpectedVersion, Reader, Reading, Settings, Transaction
from shared.http.idempotency import Once
from shared.http.list_parameters import paged_by
from shared.http.pagination import PageRequest, answer_page
from shared.http.routing import Router
from shared.http.schemas import Code, System

router = Router(
    prefix="orders",
    tag="orders",
    about="Orders (订单) with their lines; a return is an order with negative quantities.",
)


OrderId = Annotated[UUID, Path(description="The `id` of the order.")]


@router.post("", status_code=201, response_model=OrderOut, responses=errors(404, 409))
def place_order(
    body: OrderCreate, once: Once, session: Transaction, settings: Settings, reader: Reader
) -> Response:
    """Create an order; if all its quantities are negative, it is a return.

    If an order with this external id exists already, the request is refused: with 409 if the
    key sees that order, which PUT replaces, or else with 404.
    """

    def create() -> Response:
        request = _request(body, body.external_id.system, body.external_id.id, settings)
        row = service.place_order(session, request=request, reader=reader)
        return _answer(session, row, status=201)

    return once(create)


@router.put(
    "/by-external-id/{system}/{external_id}",
    response_model=OrderOut,
    responses=errors(404) | {201: {"model": OrderOut, "description": "The order was created."}},
)
def put_order(
    system: Annotated[
        System,
        Path(
            description="Name of the system that uses this id; it has no colon.", examples=["shop"]
        ),
    ],
    external_id: Annotated[
        Code, Path(description="The order's id in that system.", examples=["SO-20260131-17"])
    ],
    body: OrderUpsert,
    session: Transaction,
    settings: Settings,
    reader: Reader,
) -> Response:
    """Create the order with this external id, or replace it.

    The whole order is replaced: fields and lines that are not in the body are removed. Sending the
    same body again changes nothing. An order that the key does not see is not replaced (404).
    """
    request = _request(body, system, external_id, settings)
    row, outcome = service.upsert_order(session, request=request, reader=reader)
    return _answer(session, row, status=upsert_status(outcome))


@router.get("", response_model=OrderPage, responses=errors())
def list_orders(
    session: Reading,
    reader: Reader,
    paging: Annotated[PageRequest, paged_by(repository.ORDERS, OrderPage)],
    filters: Annotated[OrderFilter, Query()],
) -> Response:
    """List orders and returns, by default in the order in which each was first recorded."""
    found = repository.orders(session, reader, filters, paging=paging)
    present = partial(order_out, product_names=repository.product_names(session, found.rows))
    return answer_page(OrderPage, present, found, paging)


@router.get("/{order_id}", response_model=OrderOut, responses=errors(404))
def read_order(
    order_id: OrderId,
    session: Reading,
    reader: Reader,
) -> Response:
    """Read one order."""
    row = repository.order(session, reader, order_id)
    return _answer(session, found_or_404(row, service.UNKNOWN), status=200)


@router.patch("/{order_id}", response_model=OrderOut, responses=errors(400, 404, 412, 428))
def change_order(
    order_id: OrderId,
    body: OrderUpdate,
    expected_version: ExpectedVersion,
    session: Transaction,
    settings: Settings,
    reader: Reader,
) -> Response:
    """Change some fields of an order (JSON Merge Patch); `lines` replace all stored lines.

    An order that stays the same keeps its version, and no event is published.
    """
    change = service.OrderChange(
        values=body.changes(zone=settings.zone),
        names_customer=body.names_customer,
        buyer=body.customer_external_id,
        product_names=body.product_names(),
    )
    row = service.change_order(
        session,
        order_id=order_id,
        expected_version=expected_version,
        change=change,
        reader=reader,
    )
    product_names = repository.product_names(session, [row])
    return json_response(order_out(row, product_names=product_names), version=row.version)


def _request(
    body: OrderUpsert, system: str, external_id: str, settings: Settings
) -> service.OrderRequest:
    """Return the order, the buyer and the product names of a request body."""
    return service.OrderRequest(
        order=body.order(system, external_id, zone=settings.zone),
        buyer=body.customer_external_id,
        product_names=body.product_names(),
    )


def _answer(session: Session, row: Order, *, status: int) -> Response:
    """Return the response with an order."""
    body = order_out(row, product_names=repository.product_names(session, [row]))
    location = f"/v1/orders/{row.id}"
    return json_response(body, status=status, location=location, version=row.version)
