"""The type of a field for the id that a record has in another system."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalId:
    """The id that a record has in another system."""

    system: str
    id: str
