"""Request and response bodies of customers."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from pydantic import AfterValidator, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from services.registry.customers.colleague.schemas import ColleagueChange, TeamId, UserId
from services.registry.customers.customer.contacts import parse_email
from services.registry.customers.customer.domain import (
    MAX_EXTERNAL_IDS,
    MAX_TAGS,
    ExternalId,
    RequestedFields,
)
from services.registry.customers.score.schemas import CustomerScoreOut, customer_score_out
from shared.contracts.registry.customer import CustomerKind, CustomerNature, Ownership, RetailFormat
from shared.database import RowView
from shared.http.includes import NOT_INCLUDED, included_field
from shared.http.partial_body import PartialBody
from shared.http.patch import changed_fields
from shared.http.schemas import (
    Body,
    Change,
    Code,
    Country,
    ExternalIdIn,
    ExternalIdOut,
    FacetedPage,
    Flag,
    FlagChange,
    Name,
    Page,
    TextChange,
    TextsChange,
    absent_if_none,
)

CustomerId = Annotated[UUID, Path(description="The `id` of the customer.")]

_KIND = (
    "Whether the customer is a person or an organisation; `unknown` if that is not known yet. "
    "The nature of a person is `individual` or `household`; an organisation has another nature."
)
_NATURE = (
    "Nature of the customer (客户性质). Persons are `individual` or `household`, organisations "
    "have one of the other natures. `unknown` is allowed for every kind, and kind `unknown` allows "
    "every nature."
)
_OWNERSHIP = "Who owns the organisation (所有制). Leave it out for a person."
_RETAIL_FORMAT = "Retail format (业态). It is allowed only if the nature is `retailer`."
_OWNER = (
    "Account owner (专职人员): the employee who serves the customer, by the `id` of a user of "
    "`GET /v1/users`. A key with `rows: own` sees the customers whose owner is its `user`. If such "
    "a key registers a customer, its user is the default owner, and a different owner is refused "
    "with 422. A user who is not active keeps the present customers and cannot get others."
)
_TEAM = (
    "Team of the account owner, by the `id` of a team of `GET /v1/teams`. A key with `rows: "
    "team` sees the customers of its team. If such a key registers a customer, its team is the "
    "default, and a different team is refused with 422."
)
_OWNER_NAME = "Name of the owner; null without an owner, and while the name is not known here yet."
_TEAM_NAME = "Name of the team; null without a team, and while the name is not known here yet."
_INTERNAL = "Whether the customer is a post or department of our own company (内部客户)."
_DISQUALIFIED = "Whether the customer is marked as not worth pursuing."
_TAGS = (
    "Words of your own, by which you group customers, in your order. A word that is given twice is "
    "stored once."
)
_EXTERNAL_IDS = (
    "The ids of the customer in other systems. An id that belongs to another customer is refused "
    "with 409."
)
_EMAIL = (
    "E-mail address, in letters of any script. Its domain has a dot and is stored in lower case; "
    "whether the mailbox exists is not checked."
)
_PHONE = (
    "One phone number, as people write it in digits; it is stored unchanged. Without `+` and a "
    "country code it is a number of the customer's `country`, or of the company's country. An "
    "extension follows `ext.` or 转. Short numbers such as 12315 are allowed. Refused with 422 are "
    "other text, a second number, and a length that no number of the country has. Others are "
    "stored, also one with a missing digit whose length is possible: `phone_e164` is then null."
)
_PHONE_E164 = (
    "The phone number in the form E.164, without its extension, to call or compare it. null if it "
    "is not recognised as an assigned number, such as a number without its area code or with a "
    "missing digit, or cannot be dialled from other countries, such as 12315. A form can then warn "
    "that the number may be wrong."
)
_COUNTRY = "Country of the customer, an ISO 3166 code of two letters."
_CITY = "City of the customer. The search parameter `q` searches cities too."

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
    "country": "CN",
    "internal": False,
    "disqualified": False,
    "tags": ["重点客户", "家电"],
}
_ID = "0199a7c0-0000-7000-8000-000000000001"
_OWNER_ID = "0199a7c0-0000-7000-8000-000000000021"
_NEXT_OWNER_ID = "0199a7c0-0000-7000-8000-000000000022"
_TEAM_ID = "0199a7c0-0000-7000-8000-000000000031"
_MOMENT = "2026-01-31T01:30:00Z"
_PATCH: dict[str, Any] = {
    "phone": "+86 512 5555 0188",
    "reason": "总机换号",
}


Email = Annotated[Name, AfterValidator(parse_email)]


class CustomerFields(Body):
    """The fields of a customer that a caller can write."""

    name: Name = Field(description="Name, as the customer writes it.", examples=["华东百货"])
    name_en: Name | None = Field(None, examples=["East China Department Store"])
    kind: CustomerKind = Field(CustomerKind.UNKNOWN, description=_KIND, examples=["organisation"])
    nature: CustomerNature = Field(
        CustomerNature.UNKNOWN, description=_NATURE, examples=["retailer"]
    )
    ownership: Ownership | None = Field(None, description=_OWNERSHIP, examples=["private"])
    retail_format: RetailFormat | None = Field(
        None, description=_RETAIL_FORMAT, examples=["specialty_store"]
    )
    email: Email | None = Field(None, description=_EMAIL, examples=["buyer@example.com"])
    phone: Code | None = Field(
        None, max_length=50, description=_PHONE, examples=["+86 21 5555 0100"]
    )
    city: Code | None = Field(None, description=_CITY, examples=["苏州"])
    country: Country | None = Field(None, description=_COUNTRY)
    owner: UserId | None = Field(None, description=_OWNER, examples=[_OWNER_ID])
    team: TeamId | None = Field(None, description=_TEAM, examples=[_TEAM_ID])
    internal: Flag = Field(False, description=_INTERNAL)
    disqualified: Flag = Field(False, description=_DISQUALIFIED)
    tags: list[Code] = Field([], max_length=MAX_TAGS, description=_TAGS, examples=[["重点客户"]])


class CustomerCreate(CustomerFields, PartialBody):
    """The request body that registers a customer."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    external_ids: list[ExternalIdIn] = Field(
        [], max_length=MAX_EXTERNAL_IDS, description=_EXTERNAL_IDS
    )

    def requested_fields(self, *, default_country: str) -> RequestedFields:
        """Return the fields of this body as the customer's record has them, and their faults."""
        return RequestedFields(
            values=_record_values(self.values), faults=self.faults, default_country=default_country
        )


class CustomerUpdate(PartialBody):
    """A JSON Merge Patch (RFC 7396): absent fields stay, null removes a value.

    The resulting record must not contradict itself: if a retailer becomes something else, the same
    request removes `retail_format`.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_PATCH]})

    name: Name | None = Field(
        None, description="Name, as the customer writes it; it cannot be removed."
    )
    name_en: Name | None = None
    kind: CustomerKind | None = Field(None, description=_KIND)
    nature: CustomerNature | None = Field(None, description=_NATURE)
    ownership: Ownership | None = Field(None, description=_OWNERSHIP)
    retail_format: RetailFormat | None = Field(None, description=_RETAIL_FORMAT)
    email: Email | None = Field(None, description=_EMAIL)
    phone: Code | None = Field(None, max_length=50, description=_PHONE)
    city: Code | None = Field(None, description=_CITY)
    country: Country | None = Field(None, description=_COUNTRY)
    owner: UserId | None = Field(None, description=_OWNER)
    team: TeamId | None = Field(None, description=_TEAM)
    internal: Flag | None = Field(None, description=_INTERNAL)
    disqualified: Flag | None = Field(None, description=_DISQUALIFIED)
    tags: list[Code] | None = Field(
        None, max_length=MAX_TAGS, description=f"{_TAGS} They replace all stored tags."
    )
    external_ids: list[ExternalIdIn] | None = Field(
        None,
        max_length=MAX_EXTERNAL_IDS,
        description=f"{_EXTERNAL_IDS} They replace all stored ids.",
    )
    reason: Name | None = Field(None, description="Reason of the change, for the history.")

    def requested_fields(self, *, default_country: str) -> RequestedFields:
        """Return the fields that this patch changes, with their new values, and the faults."""
        changed, faults = changed_fields(CustomerCreate, self.values)
        return RequestedFields(
            values=_record_values(changed),
            faults=[*self.faults, *faults],
            default_country=default_country,
        )


class CustomerOut(CustomerFields):
    """A registered customer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _EXAMPLE
                | {"owner": None, "owner_name": None, "team": None, "team_name": None}
                | {"phone_e164": "+8651255550100"}
                | {"id": _ID, "version": 1, "registered_at": _MOMENT, "changed_at": _MOMENT}
            ]
        }
    )

    external_ids: list[ExternalIdOut] = Field(
        [], max_length=MAX_EXTERNAL_IDS, description=_EXTERNAL_IDS
    )
    phone_e164: str | None = Field(
        None, pattern="^\\+[0-9]{2,15}$", description=_PHONE_E164, examples=["+862155550100"]
    )
    owner_name: str | None = Field(None, description=_OWNER_NAME, examples=["李娜"])
    team_name: str | None = Field(None, description=_TEAM_NAME, examples=["华东"])
    id: UUID
    version: int = Field(
        description="Version of the record; every change adds 1 to it. The ETag contains it."
    )
    registered_at: datetime
    changed_at: datetime
    score: CustomerScoreOut | None = included_field(
        "The score (客户评价) as it was published last, null while the customer has none."
    )


class CustomerPage(FacetedPage[CustomerOut]):
    """A page of customers."""


class ExternalIdsChange(Change[list[ExternalIdOut]]):
    """The external ids before and after a change."""


class CustomerKindChange(Change[CustomerKind]):
    """The kind of a customer before and after a change."""


class CustomerNatureChange(Change[CustomerNature]):
    """The nature of a customer before and after a change."""


class OwnershipChange(Change[Ownership]):
    """The ownership of a customer before and after a change."""


class RetailFormatChange(Change[RetailFormat]):
    """The retail format of a customer before and after a change."""


_IF_CHANGED = absent_if_none()


class CustomerChangesOut(Body):
    """The fields of a customer that a change has changed; the others are absent."""

    model_config = ConfigDict(extra="ignore")

    name: TextChange | SkipJsonSchema[None] = _IF_CHANGED
    name_en: TextChange | SkipJsonSchema[None] = _IF_CHANGED
    kind: CustomerKindChange | SkipJsonSchema[None] = _IF_CHANGED
    nature: CustomerNatureChange | SkipJsonSchema[None] = _IF_CHANGED
    ownership: OwnershipChange | SkipJsonSchema[None] = _IF_CHANGED
    retail_format: RetailFormatChange | SkipJsonSchema[None] = _IF_CHANGED
    email: TextChange | SkipJsonSchema[None] = _IF_CHANGED
    phone: TextChange | SkipJsonSchema[None] = _IF_CHANGED
    phone_e164: TextChange | SkipJsonSchema[None] = _IF_CHANGED
    city: TextChange | SkipJsonSchema[None] = _IF_CHANGED
    country: TextChange | SkipJsonSchema[None] = _IF_CHANGED
    owner: ColleagueChange | SkipJsonSchema[None] = _IF_CHANGED
    team: ColleagueChange | SkipJsonSchema[None] = _IF_CHANGED
    internal: FlagChange | SkipJsonSchema[None] = _IF_CHANGED
    disqualified: FlagChange | SkipJsonSchema[None] = _IF_CHANGED
    tags: TextsChange | SkipJsonSchema[None] = _IF_CHANGED
    external_ids: ExternalIdsChange | SkipJsonSchema[None] = _IF_CHANGED


class CustomerChangeOut(Body):
    """A change of a customer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "version": 2,
                    "changed_at": _MOMENT,
                    "changed_by": _ID,
                    "reason": "李娜调岗, 由张伟接手",
                    "changes": {
                        "owner": {
                            "from": _OWNER_ID,
                            "to": _NEXT_OWNER_ID,
                            "from_name": "李娜",
                            "to_name": "张伟",
                        }
                    },
                }
            ]
        }
    )

    version: int
    changed_at: datetime
    changed_by: str = Field(description="Id of the key or user that made the change.")
    reason: str | None
    changes: CustomerChangesOut = Field(
        description="Changed fields, each with its values `from` and `to`; empty for version 1."
    )


class CustomerChangePage(Page[CustomerChangeOut]):
    """A page of a customer's history."""


def _record_values(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a body with the types of `Record`; equal tags are left out."""
    values = dict(fields)
    if "tags" in values:
        values["tags"] = tuple(dict.fromkeys(values["tags"]))
    if "external_ids" in values:
        pairs = values["external_ids"]
        values["external_ids"] = tuple(ExternalId(pair.system, pair.id) for pair in pairs)
    return values


_ENUMERATIONS = {
    "kind": CustomerKind,
    "nature": CustomerNature,
    "ownership": Ownership,
    "retail_format": RetailFormat,
}
_COLUMNS = CustomerOut.model_fields.keys() - {"score", "owner_name", "team_name"}


def customer_out(
    names: Mapping[str, str], row: Any, *, score: CustomerScoreOut | None = NOT_INCLUDED
) -> CustomerOut:
    """Return the response body of a customer, given a `Customer` or a mapping with its columns.

    `names` has the known names of users and teams by id. The row is not validated: a stored value
    may be refused by today's rules.
    """
    read = row.__getitem__ if isinstance(row, Mapping) else partial(getattr, row)
    values = {name: read(name) for name in _COLUMNS} | {"score": score}
    values |= {name: kind(values[name]) for name, kind in _ENUMERATIONS.items() if values[name]}
    values |= {f"{name}_name": names.get(values[name]) for name in ("owner", "team")}
    external_ids = [ExternalIdOut.model_construct(**pair) for pair in values["external_ids"]]
    return CustomerOut.model_construct(**values | {"external_ids": external_ids})


def customer_with_score_out(
    names: Mapping[str, str], scores: Mapping[UUID, RowView], row: Any
) -> CustomerOut:
    """Return the response body of a customer with its score from these rows by customer id."""
    return customer_out(names, row, score=customer_score_out(scores.get(row.id)))


def customer_change_out(names: Mapping[str, str], row: Any) -> CustomerChangeOut:
    """Return the response body of a change of a customer, given a `CustomerChange`.

    `names` has the known names of users and teams by id.
    """
    changes = dict(row.changes)
    for name in changes.keys() & {"owner", "team"}:
        ids = changes[name]
        shown = {f"{end}_name": names.get(id_) for end, id_ in ids.items()}
        changes[name] = ids | shown
    fields = {name: getattr(row, name) for name in CustomerChangeOut.model_fields}
    return CustomerChangeOut.model_validate(fields | {"changes": changes})
