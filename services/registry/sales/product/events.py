"""Events about a product."""

from collections.abc import Mapping
from typing import Any

from shared.contracts.registry import product as contracts

_FIELDS = (
    "version",
    "code",
    "name",
    "category",
    "lifetime_days",
    "purchase_cycle_days",
    "unit_price",
    "currency",
)


def changed(row: Mapping[str, Any]) -> contracts.ProductChanged:
    """Return the event which says that a product was added or changed."""
    return contracts.ProductChanged(**_fields(row))


def state(row: Mapping[str, Any]) -> contracts.ProductState:
    """Return the event with the whole record of a product."""
    return contracts.ProductState(**_fields(row))


def _fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that both events about a product have."""
    fields = {name: row[name] for name in _FIELDS}
    return fields | {"product_id": row["id"], "recorded_at": row["changed_at"]}
