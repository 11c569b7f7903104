"""Bodies of customers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from services.registry.customer.domain import (
    ExternalId,
    Kind,
    Nature,
    Ownership,
    Record,
    RetailFormat,
)
from shared.http.schemas import Body, Code, ExternalIdBody, Flag, Name, Page

_MOST_IDS = 50


class CustomerFields(Body):
    """What a caller can put on record of a customer."""

    name: Name = Field(description="As the customer writes it.", examples=["华东百货"])
    name_en: Name | None = Field(None, examples=["East China Department Store"])
    kind: Kind
    nature: Nature = Field(description="Customers by nature (客户性质).", examples=["retailer"])
    ownership: Ownership | None = Field(None, description="Of an organisation (所有制).")
    retail_format: RetailFormat | None = Field(None, description="Of a retailer (业态).")
    email: Name | None = Field(None, examples=["buyer@example.com"])
    phone: Code | None = Field(None, max_length=50, examples=["+86 21 5555 0100"])
    city: Code | None = Field(None, examples=["上海"])
    owner: Code | None = Field(None, description="Account owner (专职人员): who serves them.")
    team: Code | None = Field(None, description="Team of the owner.")
    internal: Flag = Field(False, description="A post or department of ours (内部客户).")
    disqualified: Flag = Field(False, description="Marked as not worth pursuing.")
    tags: list[Code] = Field([], max_length=50)


class NewCustomer(CustomerFields):
    """A customer to put on record."""

    external_ids: list[ExternalIdBody] = Field([], max_length=_MOST_IDS)

    def record(self) -> Record:
        """Read as the record of a customer."""
        fields = {name: getattr(self, name) for name in CustomerFields.model_fields}
        pairs = sorted({ExternalId(pair.system, pair.id) for pair in self.external_ids})
        return Record(**fields | {"tags": tuple(self.tags), "external_ids": tuple(pairs)})


class CustomerPatch(Body):
    """A JSON Merge Patch (RFC 7396): what is absent stays, null removes."""

    name: Name | None = None
    name_en: Name | None = None
    kind: Kind | None = None
    nature: Nature | None = None
    ownership: Ownership | None = None
    retail_format: RetailFormat | None = None
    email: Name | None = None
    phone: Code | None = Field(None, max_length=50)
    city: Code | None = None
    owner: Code | None = None
    team: Code | None = None
    internal: Flag | None = None
    disqualified: Flag | None = None
    tags: list[Code] | None = Field(None, max_length=50)
    external_ids: list[ExternalIdBody] | None = Field(None, max_length=_MOST_IDS)
    reason: Name | None = Field(None, description="Why, for the history.")

    def applied_to(self, record: Record) -> NewCustomer:
        """Give the whole that results; ValidationError where null removes what must be there."""
        before = NewCustomer.model_validate(record, from_attributes=True).model_dump()
        changed = {name: getattr(self, name) for name in self.model_fields_set - {"reason"}}
        optional = {"internal": False, "disqualified": False, "tags": [], "external_ids": []}
        removed = {k: v for k, v in optional.items() if k in changed and changed[k] is None}
        return NewCustomer.model_validate(before | changed | removed, from_attributes=True)


class CustomerBody(NewCustomer):
    """A customer on record."""

    id: UUID
    version: int = Field(description="Grows with every change; the ETag is this.")
    registered_at: datetime
    changed_at: datetime


class CustomerPage(Page[CustomerBody]):
    """A page of customers."""


class ChangeBody(Body):
    """One change of a customer."""

    version: int
    changed_at: datetime
    changed_by: str = Field(description="Id of the key or user.")
    reason: str | None
    changes: dict[str, Any] = Field(
        description="Field -> {from, to}; empty for the first registration."
    )


class ChangePage(Page[ChangeBody]):
    """A page of a customer's history."""


def customer_body(row: Any) -> CustomerBody:
    """Present a customer."""
    return CustomerBody.model_validate(row)


def customer_page(rows: Any, following: str | None) -> CustomerPage:
    """Present a page of customers."""
    return CustomerPage(items=[customer_body(row) for row in rows], next=following)


def change_page(rows: Any, following: str | None) -> ChangePage:
    """Present a page of a customer's history."""
    return ChangePage(items=[ChangeBody.model_validate(row) for row in rows], next=following)
