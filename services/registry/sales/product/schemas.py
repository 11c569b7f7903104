"""Request and response bodies of products."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from services.registry.sales.product import domain
from shared.http.patch import changes_of
from shared.http.schemas import Body, Code, Currency, FacetedPage, Integer, Name, NonNegativeExact

Days = Annotated[Integer, Field(ge=1, le=domain.MAX_DAYS)]

_EXAMPLE: dict[str, Any] = {
    "name": "滚筒洗衣机 8 kg",
    "category": "洗衣机",
    "unit_price": "2599",
    "currency": "CNY",
    "lifetime_days": 3650,
    "purchase_cycle_days": 2920,
}
_EXAMPLE_WITH_CODE = {"code": "WM-800"} | _EXAMPLE
_PATCH: dict[str, Any] = {"unit_price": "2399", "category": "大家电"}
_STORED_FIELDS = {
    "id": "0199a7c0-0000-7000-8000-000000000002",
    "version": 1,
    "changed_at": "2026-01-31T01:30:00Z",
}


class ProductUpsert(Body):
    """A product in a request."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: Name = Field(examples=["滚筒洗衣机 8 kg"])
    category: Code | None = Field(None, examples=["洗衣机"])
    unit_price: NonNegativeExact | None = Field(None, description="List price.")
    currency: Currency | None = Field(
        None, description="Currency of the list price; without it the company's currency."
    )
    lifetime_days: Days | None = Field(
        None, description="How long a unit of the product serves (产品生命周期)."
    )
    purchase_cycle_days: Days | None = Field(
        None, description="Usual time from one purchase to the next (购买周期)."
    )

    def product(self, code: str, *, currency: str) -> domain.Product:
        """Return the product with this code; `currency` is used if its price has none."""
        values = {name: getattr(self, name) for name in ProductUpsert.model_fields}
        if self.unit_price is not None:
            values["currency"] = self.currency or currency
        return domain.Product(code=code, **values)


class ProductCreate(ProductUpsert):
    """The request body that adds a product to the catalogue."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE_WITH_CODE]})

    code: Code = Field(
        description="Code of the product; upper and lower case differ.", examples=["WM-800"]
    )


class ProductUpdate(Body):
    """A JSON Merge Patch (RFC 7396): absent fields stay, null removes a value.

    The code of a product cannot be changed: orders name the product by it.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_PATCH]})

    name: Name | None = Field(None, description="Name of the product; it cannot be removed.")
    category: Code | None = None
    unit_price: NonNegativeExact | None = Field(None, description="List price.")
    currency: Currency | None = Field(
        None,
        description="Currency of the list price; a price without one is in the company's currency.",
    )
    lifetime_days: Days | None = Field(
        None, description="How long a unit of the product serves (产品生命周期)."
    )
    purchase_cycle_days: Days | None = Field(
        None, description="Usual time from one purchase to the next (购买周期)."
    )

    def changes(self) -> dict[str, Any]:
        """Return the fields to change with their new values; raise Invalid for a removed name."""
        return changes_of(ProductUpsert, self)


class ProductOut(ProductCreate):
    """A product of the catalogue."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE_WITH_CODE | _STORED_FIELDS]})

    id: UUID
    version: int = Field(
        description="Version of the product; every change adds 1 to it. The ETag contains it."
    )
    changed_at: datetime


class ProductPage(FacetedPage[ProductOut]):
    """A page of products."""


def product_out(row: Any) -> ProductOut:
    """Return the response body of a product, given its row."""
    return ProductOut.model_construct(
        **{name: getattr(row, name) for name in ProductOut.model_fields}
    )
