"""HTTP door of products."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from starlette.responses import Response

from services.registry.product import repository, service
from services.registry.product.schemas import (
    NewProduct,
    ProductBody,
    ProductFields,
    ProductPage,
    product_body,
    product_page,
)
from shared.errors import Conflict, Fault, Forbidden, NotFound
from shared.http.answers import answer, errors
from shared.http.dependencies import Caller, Once, Reading, Settings, Transaction, etag
from shared.http.identity import Identity
from shared.http.pagination import Paging, link
from shared.http.routing import Router
from shared.http.schemas import Code
from shared.reader import Rows

router = Router(
    prefix="products",
    tag="products",
    about="The catalogue of products (产品), by code.",
)


@router.post("", status_code=201, response_model=ProductBody, responses=errors(403, 409))
def create_product(
    body: NewProduct, once: Once, session: Transaction, settings: Settings, caller: Caller
) -> Response:
    """Put a product into the catalogue; a code that is taken is refused with 409.

    The catalogue is shared: every key reads it, and changing it needs a key that sees all rows.
    """
    _check_sees_all(caller)

    def create() -> Response:
        if repository.products_by_code(session, [body.code]):
            fault = Fault("/code", "taken", "The catalogue has this code; PUT changes it.")
            raise Conflict(fault, code="code_taken")
        product = body.product(body.code, currency=settings.currency)
        service.put_products(session, products=[product])
        made = repository.products_by_code(session, [body.code])[body.code]
        place = {"Location": f"/v1/products/{made.id}"}
        return answer(product_body(made), status=201, headers=place | etag(made.version))

    return once(create)


@router.put(
    "/by-code/{code}",
    response_model=ProductBody,
    responses=errors(403) | {201: {"model": ProductBody, "description": "It was new."}},
)
def put_product(
    code: Annotated[
        Code, Path(description="Of the product; upper and lower case differ.", examples=["WM-800"])
    ],
    body: ProductFields,
    session: Transaction,
    settings: Settings,
    caller: Caller,
) -> Response:
    """Make the catalogue say this of a code; the same twice changes nothing.

    The catalogue is shared: every key reads it, and changing it needs a key that sees all rows.
    """
    _check_sees_all(caller)
    product = body.product(code, currency=settings.currency)
    outcome = service.put_products(session, products=[product])[code]
    found = repository.products_by_code(session, [code])[code]
    headers = etag(found.version)
    if outcome != "created":
        return answer(product_body(found), headers=headers)
    place = {"Location": f"/v1/products/{found.id}"}
    return answer(product_body(found), status=201, headers=place | headers)


@router.get("", response_model=ProductPage, responses=errors())
def list_products(
    session: Reading,
    paging: Paging,
    code: Annotated[
        str | None,
        Query(
            max_length=100,
            description="The product with this code; upper and lower case differ.",
            examples=["WM-800"],
        ),
    ] = None,
    category: Annotated[
        str | None,
        Query(
            max_length=100,
            description="Products of this category, exactly as in the catalogue.",
            examples=["洗衣机"],
        ),
    ] = None,
) -> Response:
    """List products, oldest first."""
    found = repository.products(session, paging=paging, code=code, category=category)
    return answer(product_page(found.rows, found.next), headers=link(paging, found.next))


@router.get("/{product_id}", response_model=ProductBody, responses=errors(404))
def read_product(
    product_id: Annotated[UUID, Path(description="The product's `id`, as answers give it.")],
    session: Reading,
) -> Response:
    """Read one product."""
    found = repository.product(session, product_id)
    if found is None:
        raise NotFound(detail="No product has this id.")
    return answer(product_body(found), headers=etag(found.version))


def _check_sees_all(caller: Identity) -> None:
    """Refuse a caller who sees some rows: products belong to nobody."""
    if caller.rows is not Rows.ALL:
        raise Forbidden(detail="Changing the catalogue needs a key that sees all rows.")
