"""What is told of a product."""

from collections.abc import Mapping
from typing import Any

from shared.contracts.registry import product as contracts

Row = Mapping[str, Any]

_FIELDS = ("version", "code", "name", "category", "lifetime_days", "purchase_cycle_days")


def changed(row: Row) -> contracts.ProductChanged:
    """Tell what the catalogue says of a product from now on."""
    return contracts.ProductChanged(**_facts(row))


def state(row: Row) -> contracts.ProductState:
    """Tell the newest of a product, for those who come later."""
    return contracts.ProductState(**_facts(row))


def _facts(row: Row) -> dict[str, Any]:
    told = {name: row[name] for name in _FIELDS}
    return told | {"product_id": row["id"], "recorded_at": row["changed_at"]}
