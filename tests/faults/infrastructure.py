"""The database and event log of a product, read and written without the product's own code."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class PublishedRecord:
    """A record of the event log, as any consumer reads it."""

    topic: str
    key: str
    headers: Mapping[str, str]
    value: bytes | None

    @property
    def id(self) -> str:
        return self.headers.get("ce_id", "").replace("-", "")


class Infrastructure(Protocol):
    """A database and an event log."""

    session_seconds: float
    """The seconds after which another consumer takes over the partitions of a silent one."""

    def number(self, service: str, sql: str) -> int:
        """Return the number that a query selects."""
        ...

    def column(self, service: str, sql: str) -> list[Any]:
        """Return the first column of the rows that a query selects."""
        ...

    def change(self, service: str, sql: str) -> bool:
        """Change rows without the product; return False if another process has locked them."""
        ...

    def consumer_lag(self, group: str) -> int:
        """Return the number of records whose offsets a consumer group has not committed yet."""
        ...

    def records(self) -> list[PublishedRecord]:
        """Return the records written since the last call, in order per topic and key."""
        ...

    def restart_servers(self) -> None:
        """Start the servers that have ended."""
        ...

    def supervised(self) -> AbstractContextManager[None]:
        """Start servers again whenever they end, inside a `with` block."""
        ...

    def process_settings(self, service: str) -> dict[str, str]:
        """Return the environment variables for another process of a service."""
        ...
