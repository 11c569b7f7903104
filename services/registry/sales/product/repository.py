"""The SELECT statements on products."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.sales.product.filters import ProductFilter
from services.registry.sales.product.models import Product
from shared.bulk import any_of
from shared.database import prefix_range
from shared.http.listing import Listing
from shared.http.pagination import PageRequest, Slice


def product(session: Session, product_id: UUID) -> Product | None:
    """Return the product with this id; None if it does not exist."""
    return session.get(Product, product_id)


def product_for_change(session: Session, product_id: UUID) -> Product | None:
    """Lock and return the product with this id; None if it does not exist."""
    return session.get(Product, product_id, with_for_update=True)


def products_for_change(session: Session, codes: Collection[str]) -> dict[str, Product]:
    """Lock products and return them by code; unknown codes are left out."""
    statement = select(Product).where(any_of(session, Product.code, codes)).order_by(Product.code)
    return {row.code: row for row in session.scalars(statement.with_for_update())}


def names_by_code(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Return the names of products by code, without a lock; unknown codes are left out."""
    statement = select(Product.code, Product.name).where(any_of(session, Product.code, codes))
    return dict(session.execute(statement).all())


PRODUCTS = Listing(
    id=Product.id,
    sorts={"id": [Product.id], "code": [Product.code], "name": [Product.name, Product.id]},
    default="id",
    columns={"code": Product.code, "category": Product.category},
    filters={"name_prefix": lambda prefix: prefix_range(Product.name, prefix)},
    facets=("category",),
)
"""The list of products; their ids grow with the time of creation."""


def products(session: Session, filters: ProductFilter, *, paging: PageRequest) -> Slice:
    """Return a page of the products that the filters match."""
    return PRODUCTS.page(session, select(Product), paging=paging, filters=filters)
