"""HTTP routes of products."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from starlette.responses import Response

from services.registry.sales.product import repository, service
from services.registry.sales.product.filters import ProductFilter
from services.registry.sales.product.models import Product
from services.registry.sales.product.schemas import (
    ProductCreate,
    ProductOut,
    ProductPage,
    ProductUpdate,
    ProductUpsert,
    product_out,
)
from shared.errors import found_or_404
from shared.http.answers import errors, json_response, upsert_status
from shared.http.dependencies import (
    NEEDS_ALL_ROWS,
    ExpectedVersion,
    Reading,
    Settings,
    Transaction,
)
from shared.http.idempotency import Once
from shared.http.list_parameters import paged_by
from shared.http.pagination import PageRequest, answer_page
from shared.http.routing import Router
from shared.http.schemas import Code

router = Router(
    prefix="products",
    tag="products",
    about="The catalogue of products (产品), by code.",
)


ProductId = Annotated[UUID, Path(description="The `id` of the product.")]


@router.post(
    "",
    status_code=201,
    response_model=ProductOut,
    responses=errors(403, 409),
    dependencies=[NEEDS_ALL_ROWS],
)
def create_product(
    body: ProductCreate, once: Once, session: Transaction, settings: Settings
) -> Response:
    """Add a product to the catalogue; a code that the catalogue has is refused with 409.

    Every key can read the catalogue; only a key that sees all rows can change it.
    """

    def create() -> Response:
        product = body.product(body.code, currency=settings.currency)
        return _answer(service.create_product(session, product=product), status=201)

    return once(create)


@router.put(
    "/by-code/{code}",
    response_model=ProductOut,
    responses=errors(403) | {201: {"model": ProductOut, "description": "The product was created."}},
    dependencies=[NEEDS_ALL_ROWS],
)
def put_product(
    code: Annotated[
        Code,
        Path(description="Code of the product; upper and lower case differ.", examples=["WM-800"]),
    ],
    body: ProductUpsert,
    session: Transaction,
    settings: Settings,
) -> Response:
    """Add the product with this code, or replace it.

    Sending the same body again changes nothing. Every key can read the catalogue; only a key that
    sees all rows can change it.
    """
    product = body.product(code, currency=settings.currency)
    row, outcome = service.upsert_product(session, product=product)
    return _answer(row, status=upsert_status(outcome))


@router.get("", response_model=ProductPage, responses=errors())
def list_products(
    session: Reading,
    paging: Annotated[PageRequest, paged_by(repository.PRODUCTS, ProductPage)],
    filters: Annotated[ProductFilter, Query()],
) -> Response:
    """List products, oldest first."""
    found = repository.products(session, filters, paging=paging)
    return answer_page(ProductPage, product_out, found, paging)


@router.get("/{product_id}", response_model=ProductOut, responses=errors(404))
def read_product(
    product_id: ProductId,
    session: Reading,
) -> Response:
    """Read one product."""
    found = found_or_404(repository.product(session, product_id), service.UNKNOWN)
    return json_response(product_out(found), version=found.version)


@router.patch(
    "/{product_id}",
    response_model=ProductOut,
    responses=errors(400, 403, 404, 412, 428),
    dependencies=[NEEDS_ALL_ROWS],
)
def change_product(
    product_id: ProductId,
    body: ProductUpdate,
    expected_version: ExpectedVersion,
    session: Transaction,
    settings: Settings,
) -> Response:
    """Change some fields of a product (JSON Merge Patch).

    Every key can read the catalogue; only a key that sees all rows can change it.
    """
    row = service.change_product(
        session,
        product_id=product_id,
        expected_version=expected_version,
        changes=body.changes(),
        currency=settings.currency,
    )
    return json_response(product_out(row), version=row.version)


def _answer(row: Product, *, status: int) -> Response:
    """Return the response with a product."""
    location = f"/v1/products/{row.id}"
    return json_response(product_out(row), status=status, location=location, version=row.version)
