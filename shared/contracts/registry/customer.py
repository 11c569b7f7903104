"""Events of customers."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.contracts.catalogue import event, state
from shared.contracts.registry.external_id import ExternalId


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFacts:
    """What others may know of a customer without knowing who it is."""

    customer_id: UUID
    version: int
    recorded_at: datetime
    kind: str
    nature: str
    internal: bool = False
    disqualified: bool = False
    owner: str | None = None
    team: str | None = None
    ownership: str | None = None
    retail_format: str | None = None


@event("customer.registered", topic="registry.customer", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRegistered(CustomerFacts):
    """A customer is on record from now on."""


@event("customer.changed", topic="registry.customer", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerChanged(CustomerFacts):
    """The record of a customer is now this."""


@state("customer.state", topic="registry.customer", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerState(CustomerFacts):
    """The whole record, personal data included: only here, so that a tombstone erases it.

    What other systems call a person leads to that person, so external ids are personal data too.
    """

    external_ids: list[ExternalId]
    name: str
    name_en: str | None = None
    email: str | None = None
    phone: str | None = None
    city: str | None = None
    tags: list[str] = field(default_factory=list)
