"""Events of customers."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.contracts.catalogue import event, state
from shared.contracts.registry.external_id import ExternalId


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFacts:
    """The fields of a customer that do not identify a person."""

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

    external_ids: list[ExternalId]
    name: str
    name_en: str | None = None
    email: str | None = None
    phone: str | None = None
    city: str | None = None
    tags: list[str] = field(default_factory=list)
    country: str | None = None
    phone_e164: str | None = None
