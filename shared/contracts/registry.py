"""What the registry tells: facts of customers, products and orders."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from shared.contracts.catalogue import event, state


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalId:
    """The name that another system gives to something."""

    system: str
    id: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line; its amount is quantity x unit_price, lessened by the discount.

    A negative quantity came back; the discount lessens what is paid back (docs/decisions/0005).
    """

    product_code: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = Decimal(0)
    unit_cost: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSnapshot:
    """An order as it now stands, whole; `occurred_on` is its business day.

    Without a customer it is an anonymous purchase. By which card or device stays with the registry:
    once it is claimed, that leads to a person.
    """

    order_id: UUID
    version: int
    recorded_at: datetime
    external_id: ExternalId
    customer_id: UUID | None
    ordered_at: datetime
    occurred_on: date
    currency: str
    lines: list[OrderLine]
    promised_on: date | None = None
    delivered_on: date | None = None
    faulty: bool = False


@event("order.placed", topic="registry.order", key="order_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(OrderSnapshot):
    """Something was bought."""


@event("order.changed", topic="registry.order", key="order_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChanged(OrderSnapshot):
    """An order or return is now this; the snapshot replaces the one before."""


@event("order.returned", topic="registry.order", key="order_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReturned(OrderSnapshot):
    """Everything in it came back: each line has a negative quantity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFacts:
    """A product of the catalogue."""

    product_id: UUID
    version: int
    recorded_at: datetime
    code: str
    name: str
    category: str | None = None
    lifetime_days: int | None = None
    purchase_cycle_days: int | None = None


@event("product.changed", topic="registry.product", key="product_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ProductChanged(ProductFacts):
    """A product is new in the catalogue, or now this."""


@state("product.state", topic="registry.product", key="product_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ProductState(ProductFacts):
    """A product as it now stands."""
