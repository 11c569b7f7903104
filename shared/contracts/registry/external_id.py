"""The id of a record in another system."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalId:
    """The name that another system gives to something."""

    system: str
    id: str
