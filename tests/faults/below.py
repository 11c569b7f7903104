"""What lies below the product, asked and written by programs that are not the product's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Told:
    """A record of the log as anybody reads it."""

    topic: str
    key: str
    headers: Mapping[str, str]
    value: bytes | None

    @property
    def id(self) -> str:
        return self.headers.get("ce_id", "").replace("-", "")


class Below(Protocol):
    """A database and a log."""

    session_seconds: float
    """How long a consumer may be silent before another takes its part over."""

    def number(self, service: str, sql: str) -> int:
        """Give the number that a query answers."""
        ...

    def column(self, service: str, sql: str) -> list[Any]:
        """Give the first column of a query's answer."""
        ...

    def change(self, service: str, sql: str) -> bool:
        """Change rows behind the product's back; False where somebody holds them."""
        ...

    def behind(self, group: str) -> int:
        """Count the records that a group of consumers has not committed."""
        ...

    def records(self) -> list[Told]:
        """Give what was written since the last call, in order per topic and key."""
        ...

    def look_after(self) -> None:
        """Start again what ended."""
        ...

    def environment(self, service: str) -> dict[str, str]:
        """Give the settings of one more process of a service."""
        ...
