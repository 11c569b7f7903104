"""Bodies of customers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from pydantic import ConfigDict, Field

from services.registry.customers.customer.domain import (
    MOST_IDS,
    MOST_TAGS,
    ExternalId,
    Kind,
    Nature,
    Ownership,
    Record,
    RetailFormat,
)
from shared.errors import Fault, Invalid
from shared.http.schemas import Body, Code, ExternalIdIn, ExternalIdOut, Flag, Name, Page

CustomerId = Annotated[UUID, Path(description="The customer's `id`, as answers give it.")]

_KIND = (
    "What sort of being the customer is; `unknown` if that is not known yet. "
    "A person's nature is `individual` or `household`, an organisation's is none of these two."
)
_NATURE = (
    "Nature of the customer (客户性质). `individual` and `household` go with kind `person`, "
    "`unknown` with every kind, all others with `organisation`; kind `unknown` takes any."
)
_OWNERSHIP = "Who owns the organisation (所有制). Leave it out for a person."
_RETAIL_FORMAT = "Retail format (业态). Only where nature is `retailer`; leave it out otherwise."
_OWNER = (
    "Account owner (专职人员): who serves them. A key with `rows: own` sees the customers whose "
    "owner is the key's id. For such a key this id is the default of a new customer; another "
    "owner is refused with 422."
)
_TEAM = (
    "Team of the account owner. A key with `rows: team` sees the customers of its team. For such "
    "a key this team is the default of a new customer; another team is refused with 422."
)
_INTERNAL = "A post or department of our own company (内部客户)."
_DISQUALIFIED = "Marked as not worth pursuing."
_TAGS = "Words of your own."
_EXTERNAL_IDS = (
    "The names that other systems give to the customer. One that already means another customer is "
    "refused with 409."
)
_CITY = "City of the customer; `q` finds it."

_EXAMPLE: dict[str, Any] = {
    "external_ids": [{"system": "erp", "id": "10017"}],
    "name": "苏州华东家电有限公司",
    "name_en": "Suzhou East China Appliances Co., Ltd.",
    "kind": "organisation",
    "nature": "retailer",
    "ownership": "private",
    "retail_format": "specialty_store",
    "email": "caigou@huadong-jiadian.example",
    "phone": "+86 512 5555 0100",
    "city": "苏州",
    "owner": "li.na",
    "team": "east",
    "internal": False,
    "disqualified": False,
    "tags": ["重点客户", "家电"],
}
_ID = "0199a7c0-0000-7000-8000-000000000001"
_MOMENT = "2026-01-31T01:30:00Z"
_PATCH: dict[str, Any] = {
    "phone": "+86 512 5555 0188",
    "owner": "zhang.wei",
    "reason": "李娜调岗, 由张伟接手",
}


class CustomerFields(Body):
    """What a caller can put on record of a customer."""

    name: Name = Field(description="As the customer writes it.", examples=["华东百货"])
    name_en: Name | None = Field(None, examples=["East China Department Store"])
    kind: Kind = Field(description=_KIND, examples=["organisation"])
    nature: Nature = Field(description=_NATURE, examples=["retailer"])
    ownership: Ownership | None = Field(None, description=_OWNERSHIP, examples=["private"])
    retail_format: RetailFormat | None = Field(
        None, description=_RETAIL_FORMAT, examples=["specialty_store"]
    )
    email: Name | None = Field(None, examples=["buyer@example.com"])
    phone: Code | None = Field(None, max_length=50, examples=["+86 21 5555 0100"])
    city: Code | None = Field(None, description=_CITY, examples=["苏州"])
    owner: Code | None = Field(None, description=_OWNER, examples=["li.na"])
    team: Code | None = Field(None, description=_TEAM, examples=["east"])
    internal: Flag = Field(False, description=_INTERNAL)
    disqualified: Flag = Field(False, description=_DISQUALIFIED)
    tags: list[Code] = Field([], max_length=MOST_TAGS, description=_TAGS, examples=[["重点客户"]])


class CustomerCreate(CustomerFields):
    """A customer to put on record."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    external_ids: list[ExternalIdIn] = Field([], max_length=MOST_IDS, description=_EXTERNAL_IDS)

    def record(self) -> Record:
        """Read as the record of a customer."""
        return Record(**_kept(dict(self)))


class CustomerUpdate(Body):
    """A JSON Merge Patch (RFC 7396): what is absent stays, null removes.

    What results has to fit together: who makes a retailer something else removes `retail_format`
    in the same request.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_PATCH]})

    name: Name | None = Field(None, description="As the customer writes it; cannot be removed.")
    name_en: Name | None = None
    kind: Kind | None = Field(None, description=_KIND)
    nature: Nature | None = Field(None, description=_NATURE)
    ownership: Ownership | None = Field(None, description=_OWNERSHIP)
    retail_format: RetailFormat | None = Field(None, description=_RETAIL_FORMAT)
    email: Name | None = None
    phone: Code | None = Field(None, max_length=50)
    city: Code | None = Field(None, description=_CITY)
    owner: Code | None = Field(None, description=_OWNER)
    team: Code | None = Field(None, description=_TEAM)
    internal: Flag | None = Field(None, description=_INTERNAL)
    disqualified: Flag | None = Field(None, description=_DISQUALIFIED)
    tags: list[Code] | None = Field(
        None, max_length=MOST_TAGS, description=f"{_TAGS} All are replaced."
    )
    external_ids: list[ExternalIdIn] | None = Field(
        None, max_length=MOST_IDS, description=f"{_EXTERNAL_IDS} All are replaced."
    )
    reason: Name | None = Field(None, description="Why, for the history.")

    def applied_to(self, record: Record) -> Record:
        """Give the record that results; Invalid where null removes what must be there.

        What stays is not looked at: it is on record, whatever may be written now.
        """
        fields = CustomerCreate.model_fields
        said = {name: getattr(self, name) for name in fields if name in self.model_fields_set}
        removed = [name for name, value in said.items() if value is None]
        needed = [name for name in removed if fields[name].is_required()]
        if needed:
            message = "This cannot be removed."
            raise Invalid(*(Fault(f"/{name}", "required", message) for name in needed))
        said |= {name: fields[name].get_default() for name in removed}
        return replace(record, **_kept(said))


class CustomerOut(CustomerFields):
    """A customer on record."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _EXAMPLE
                | {"id": _ID, "version": 1, "registered_at": _MOMENT, "changed_at": _MOMENT}
            ]
        }
    )

    external_ids: list[ExternalIdOut] = Field([], max_length=MOST_IDS, description=_EXTERNAL_IDS)
    id: UUID
    version: int = Field(description="Grows with every change; the ETag is this.")
    registered_at: datetime
    changed_at: datetime


class CustomerPage(Page[CustomerOut]):
    """A page of customers."""


class CustomerChangeOut(Body):
    """One change of a customer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "version": 2,
                    "changed_at": _MOMENT,
                    "changed_by": _ID,
                    "reason": _PATCH["reason"],
                    "changes": {"owner": {"from": "li.na", "to": "zhang.wei"}},
                }
            ]
        }
    )

    version: int
    changed_at: datetime
    changed_by: str = Field(description="Id of the key or user.")
    reason: str | None
    changes: dict[str, Any] = Field(
        description="Field -> {from, to}; empty for the first registration."
    )


class CustomerChangePage(Page[CustomerChangeOut]):
    """A page of a customer's history."""


def _kept(said: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a body says as a record has it: lists never change."""
    kept = dict(said)
    if "tags" in kept:
        kept["tags"] = tuple(kept["tags"])
    if "external_ids" in kept:
        pairs = {ExternalId(pair.system, pair.id) for pair in kept["external_ids"]}
        kept["external_ids"] = tuple(sorted(pairs))
    return kept


_CODES = {
    "kind": Kind,
    "nature": Nature,
    "ownership": Ownership,
    "retail_format": RetailFormat,
}


def customer_out(row: Any) -> CustomerOut:
    """Present a customer as on record, which may be more than can be written now."""
    read = row.__getitem__ if isinstance(row, Mapping) else partial(getattr, row)
    said = {name: read(name) for name in CustomerOut.model_fields}
    said |= {name: code(said[name]) for name, code in _CODES.items() if said[name]}
    pairs = [ExternalIdOut.model_construct(**pair) for pair in said["external_ids"]]
    return CustomerOut.model_construct(**said | {"external_ids": pairs})


def customer_change_out(row: Any) -> CustomerChangeOut:
    """Present one change of a customer."""
    return CustomerChangeOut.model_validate(row)
