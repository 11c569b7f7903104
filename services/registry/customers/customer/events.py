"""Events about a customer."""

from typing import Any

from services.registry.customers.customer.models import Customer
from shared.contracts.registry import customer as contracts
from shared.contracts.registry.external_id import ExternalId


def registered(customer: Customer) -> contracts.CustomerRegistered:
    """Return the event which says that a customer was registered."""
    return contracts.CustomerRegistered(**_fields(customer))


def changed(customer: Customer) -> contracts.CustomerChanged:
    """Return the event which says that the record of a customer has changed."""
    return contracts.CustomerChanged(**_fields(customer))


def state(customer: Customer) -> contracts.CustomerState:
    """Return the event with the whole record of a customer, personal data included."""
    return contracts.CustomerState(
        **_fields(customer),
        external_ids=[ExternalId(**pair) for pair in customer.external_ids],
        name=customer.name,
        name_en=customer.name_en,
        email=customer.email,
        phone=customer.phone,
        city=customer.city,
        tags=customer.tags,
        country=customer.country,
        phone_e164=customer.phone_e164,
    )


def _fields(customer: Customer) -> dict[str, Any]:
    """Return the fields that every event about a customer has; none of them is personal data."""
    return {
        "customer_id": customer.id,
        "version": customer.version,
        "recorded_at": customer.changed_at,
        "kind": customer.kind,
        "nature": customer.nature,
        "internal": customer.internal,
        "disqualified": customer.disqualified,
        "owner": customer.owner,
        "team": customer.team,
        "ownership": customer.ownership,
        "retail_format": customer.retail_format,
    }
