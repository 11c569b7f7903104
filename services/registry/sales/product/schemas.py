"""Bodies of products."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from services.registry.sales.product import domain
from shared.http.schemas import Body, Code, Currency, Exact, Integer, Name, Page

Days = Annotated[Integer, Field(ge=1, le=domain.MOST_DAYS)]

_EXAMPLE: dict[str, Any] = {
    "name": "滚筒洗衣机 8 kg",
    "category": "洗衣机",
    "unit_price": "2599.00",
    "currency": "CNY",
    "lifetime_days": 3650,
    "purchase_cycle_days": 2920,
}
_CODED = {"code": "WM-800"} | _EXAMPLE
_ON_RECORD = {
    "id": "0199a7c0-0000-7000-8000-000000000002",
    "version": 1,
    "changed_at": "2026-01-31T01:30:00Z",
}


class ProductUpsert(Body):
    """What the catalogue says of a product."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: Name = Field(examples=["滚筒洗衣机 8 kg"])
    category: Code | None = Field(None, examples=["洗衣机"])
    unit_price: Exact | None = Field(None, ge=0, description="List price.")
    currency: Currency | None = Field(None, description="Of the list price; absent: the company's.")
    lifetime_days: Days | None = Field(None, description="How long one serves (产品生命周期).")
    purchase_cycle_days: Days | None = Field(
        None, description="How long after a purchase the next is usual (购买周期)."
    )

    def product(self, code: str, *, currency: str) -> domain.Product:
        """Read as the product with this code; `currency` is that of a price that states none."""
        said = {name: getattr(self, name) for name in ProductUpsert.model_fields}
        if self.unit_price is not None:
            said["currency"] = self.currency or currency
        return domain.Product(code=code, **said)


class ProductCreate(ProductUpsert):
    """A product for the catalogue."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CODED]})

    code: Code = Field(description="Upper and lower case differ.", examples=["WM-800"])


class ProductOut(ProductCreate):
    """A product of the catalogue."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CODED | _ON_RECORD]})

    id: UUID
    version: int = Field(description="Grows with every change; the ETag is this.")
    changed_at: datetime


class ProductPage(Page[ProductOut]):
    """A page of products."""


def product_out(row: Any) -> ProductOut:
    """Present a product."""
    return ProductOut.model_construct(
        **{name: getattr(row, name) for name in ProductOut.model_fields}
    )
