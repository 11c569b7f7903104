"""Events of products."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from shared.contracts.catalogue import event, state
from shared.contracts.description import Doc
from shared.contracts.fields import Currency, Exact, RecordedAt, Version

_Days = Annotated[int, Doc("Number of days.", 3650, minimum=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFacts:
    """The data of a product in the catalogue."""

    product_id: Annotated[UUID, Doc("Id of the product.", "0199a7c0-0000-7000-8000-000000000002")]
    version: Version
    recorded_at: RecordedAt
    code: Annotated[str, Doc("Code of the product, by which orders name it.", "WM-800")]
    name: Annotated[str, Doc("Name of the product.", "滚筒洗衣机 8 kg")]
    category: Annotated[
        Annotated[str, Doc("Category.", "洗衣机")] | None,
        Doc("Category of the product; null without one."),
    ] = None
    lifetime_days: Annotated[
        _Days | None, Doc("How long a unit serves (产品生命周期); null if unknown.")
    ] = None
    purchase_cycle_days: Annotated[
        _Days | None,
        Doc("Usual time from one purchase to the next (购买周期); null if unknown."),
    ] = None
    unit_price: Annotated[Exact | None, Doc("List price of a unit; null without one.")] = None
    currency: Annotated[
        Currency | None,
        Doc("Currency of the list price. Without a price it is the currency of the next one."),
    ] = None


@event("product.changed", topic="registry.product", key="product_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ProductChanged(ProductFacts):
    """A product was added to the catalogue or changed."""


@state("product.state", topic="registry.product", key="product_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ProductState(ProductFacts):
    """The current record of a product."""
