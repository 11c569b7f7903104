"""External keys: a customer is identified by a system (such as an ERP) and its id there."""

from collections.abc import Iterable

ExternalKey = tuple[str, str]
"""A system and the id that it gives to a customer, such as `("erp", "10017")`."""


def group_by_system(keys: Iterable[ExternalKey]) -> dict[str, list[str]]:
    """Return a dict from each system to the ids that these external keys have in it.

    The keys have few different systems, and a database searches faster for a list of ids within one
    system than for a list of (system, id) pairs.
    """
    grouped: dict[str, list[str]] = {}
    for system, external_id in keys:
        grouped.setdefault(system, []).append(external_id)
    return grouped
