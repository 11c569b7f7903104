"""The name of a customer in another system."""

from collections.abc import Iterable

ExternalKey = tuple[str, str]
"""A system and the id that it gives to a customer, such as `("erp", "10017")`."""


def group_by_system(keys: Iterable[ExternalKey]) -> dict[str, list[str]]:
    """Return the ids of these external keys by system.

    Systems are few, and a database finds a list of ids faster than a list of pairs.
    """
    grouped: dict[str, list[str]] = {}
    for system, external_id in keys:
        grouped.setdefault(system, []).append(external_id)
    return grouped
