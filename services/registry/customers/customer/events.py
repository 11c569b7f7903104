"""What is told of a customer."""

from typing import Any

from services.registry.customers.customer.models import Customer
from shared.contracts.registry import customer as contracts
from shared.contracts.registry.external_id import ExternalId


def registered(customer: Customer) -> contracts.CustomerRegistered:
    """Tell that a customer is on record from now on."""
    return contracts.CustomerRegistered(**_facts(customer))


def changed(customer: Customer) -> contracts.CustomerChanged:
    """Tell what the record of a customer is now."""
    return contracts.CustomerChanged(**_facts(customer))


def state(customer: Customer) -> contracts.CustomerState:
    """Tell the whole record, personal data included."""
    return contracts.CustomerState(
        **_facts(customer),
        external_ids=[ExternalId(**pair) for pair in customer.external_ids],
        name=customer.name,
        name_en=customer.name_en,
        email=customer.email,
        phone=customer.phone,
        city=customer.city,
        tags=customer.tags,
    )


def _facts(customer: Customer) -> dict[str, Any]:
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
