"""A consumer of another company, written to the letter of docs/events.md and AsyncAPI.

It knows JSON and the headers of records, and nothing of Patron's code.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Kind = tuple[str, str]
"""A type of events and a key."""


@dataclass
class ForeignConsumer:
    """The store of a consumer: the facts that it has applied, and its copies of states."""

    highest: dict[Kind, int] = field(default_factory=dict)
    facts: list[tuple[str, str, int]] = field(default_factory=list)
    states: dict[Kind, dict[str, Any]] = field(default_factory=dict)

    def read(self, topic: str, key: str, value: bytes | None, headers: Mapping[str, str]) -> None:
        """Apply a record by the section "Which records to apply"."""
        kind = headers["ce_type"], key
        if ".state." in topic:
            self._replace(kind, value)
            return
        version = json.loads(value or b"")["version"]
        if version > self.highest.get(kind, 0):
            self.highest[kind] = version
            self.facts.append((*kind, version))

    def _replace(self, kind: Kind, value: bytes | None) -> None:
        """Replace the copy of a record, or delete it for a tombstone."""
        if value is None:
            self.states.pop(kind, None)
        else:
            self.states[kind] = json.loads(value)
