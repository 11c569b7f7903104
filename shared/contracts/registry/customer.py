"""Events of customers."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from shared.contracts.catalogue import event, state
from shared.contracts.description import Doc
from shared.contracts.fields import CustomerId, RecordedAt, Version
from shared.contracts.registry.external_id import ExternalId


class CustomerKind(StrEnum):
    """Whether a customer is a person or an organisation."""

    PERSON = "person"
    ORGANISATION = "organisation"
    UNKNOWN = "unknown"


class CustomerNature(StrEnum):
    """The nature of a customer (客户性质)."""

    INDIVIDUAL = "individual"
    HOUSEHOLD = "household"
    GOVERNMENT = "government"
    SPECIAL = "special"
    ORDINARY_COMPANY = "ordinary_company"
    INTERMEDIARY = "intermediary"
    WHOLESALER = "wholesaler"
    RETAILER = "retailer"
    INTEGRATOR = "integrator"
    UNKNOWN = "unknown"


class Ownership(StrEnum):
    """The ownership of an organisation (所有制)."""

    STATE = "state"
    PRIVATE = "private"
    JOINT_VENTURE = "joint_venture"
    FOREIGN = "foreign"


class RetailFormat(StrEnum):
    """The format of a retailer (业态)."""

    DEPARTMENT_STORE = "department_store"
    SUPERMARKET = "supermarket"
    HYPERMARKET = "hypermarket"
    CONVENIENCE_STORE = "convenience_store"
    SPECIALTY_STORE = "specialty_store"


_OwnershipCode = Annotated[str, Doc("Kind of owners.", "private", values=Ownership)]
_RetailFormatCode = Annotated[str, Doc("Kind of shop.", "specialty_store", values=RetailFormat)]
_UserId = Annotated[
    str, Doc("Id of a user.", "0199a7c0-0000-7000-8000-000000000021", format="uuid")
]
_TeamId = Annotated[
    str, Doc("Id of a team.", "0199a7c0-0000-7000-8000-000000000031", format="uuid")
]
_Country = Annotated[str, Doc("Code of ISO 3166.", "CN", pattern="^[A-Z]{2}$")]
_PhoneE164 = Annotated[str, Doc("Phone number.", "+8651255550100", pattern=r"^\+[0-9]{2,15}$")]
_Tag = Annotated[str, Doc("A word by which the company groups customers.", "重点客户")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFacts:
    """The fields of a customer that do not identify a person.

    `owner` is the id of a user and `team` the id of a team, whose names are in the states of the
    gateway. Events that were published before release 0.1.0 may have names instead.
    """

    customer_id: CustomerId
    version: Version
    recorded_at: RecordedAt
    kind: Annotated[
        str,
        Doc(
            "Whether the customer is a person or an organisation.",
            "organisation",
            values=CustomerKind,
        ),
    ]
    nature: Annotated[
        str, Doc("Nature of the customer (客户性质).", "retailer", values=CustomerNature)
    ]
    internal: Annotated[
        bool, Doc("Whether the customer is a department of the own company (内部客户).", False)
    ] = False
    disqualified: Annotated[
        bool, Doc("Whether the customer is marked as not worth pursuing.", False)
    ] = False
    owner: Annotated[
        _UserId | None,
        Doc("Id of the user who serves the customer (专职人员); null without one."),
    ] = None
    team: Annotated[
        _TeamId | None, Doc("Id of the team that serves the customer; null without one.")
    ] = None
    ownership: Annotated[
        _OwnershipCode | None, Doc("Ownership of an organisation (所有制); null if unknown.")
    ] = None
    retail_format: Annotated[
        _RetailFormatCode | None, Doc("Format of a retailer (业态); null for other customers.")
    ] = None


@event("customer.registered", topic="registry.customer", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRegistered(CustomerFacts):
    """A customer was registered."""


@event("customer.changed", topic="registry.customer", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerChanged(CustomerFacts):
    """A customer was changed; the event has the record after the change."""


@state("customer.state", topic="registry.customer", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerState(CustomerFacts):
    """The whole customer; personal data is only in this event, so that a tombstone erases it.

    External ids are personal data too, because they identify a person in another system.
    """

    external_ids: Annotated[
        list[ExternalId], Doc("Ids of the customer in other systems, each unique among customers.")
    ]
    name: Annotated[str, Doc("Name, as the customer writes it.", "苏州华东家电有限公司")]
    name_en: Annotated[
        Annotated[str, Doc("Name.", "Suzhou East China Appliances")] | None,
        Doc("Name in Latin script; null if unknown."),
    ] = None
    email: Annotated[
        Annotated[str, Doc("E-mail address.", "caigou@huadong-jiadian.example")] | None,
        Doc("E-mail address; null if unknown."),
    ] = None
    phone: Annotated[
        Annotated[str, Doc("Phone number.", "+86 512 5555 0100")] | None,
        Doc("Phone number, as people write it; null if unknown."),
    ] = None
    city: Annotated[
        Annotated[str, Doc("City.", "苏州")] | None,
        Doc("City of the customer; null if unknown."),
    ] = None
    tags: Annotated[
        list[_Tag], Doc("Words by which the company groups customers, in its order.")
    ] = field(default_factory=list)
    country: Annotated[
        _Country | None, Doc("Country of the customer (ISO 3166); null if unknown.")
    ] = None
    phone_e164: Annotated[
        _PhoneE164 | None,
        Doc("`phone` in the form E.164, to call or compare; null if it is no assigned number."),
    ] = None
