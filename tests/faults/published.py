"""The published events, and the checks of their versions and order."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.faults.infrastructure import PublishedRecord
from tests.faults.names import (
    CONSUMED,
    CUSTOMER_STATES,
    CUSTOMERS,
    DEAD_LETTERS_SUFFIX,
    FORGED,
    ORDERS,
    SCORE_STATES,
    STATE_SUFFIX,
    WITHOUT_GAPS,
)

Key = tuple[str, str]
"""A topic and the key of a record on it."""


@dataclass(slots=True)
class PublishedEvents:
    """The events published so far, reduced to the values that the checks compare.

    `newest` and `last` are the greatest and the last published version of each key, `current` the
    id of the last state, `orders`, `names` and `points` the last payloads, `dead` the ids of dead
    letters by topic, and `consumed` the ids that each service has to consume.
    """

    ids: set[str] = field(default_factory=set)
    records: int = 0
    repeats: int = 0
    newest: dict[Key, int] = field(default_factory=dict)
    last: dict[Key, int] = field(default_factory=dict)
    current: dict[Key, str] = field(default_factory=dict)
    orders: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    names: dict[str, tuple[int, str]] = field(default_factory=dict)
    points: dict[str, str] = field(default_factory=dict)
    dead: dict[str, list[str]] = field(default_factory=dict)
    consumed: dict[str, set[str]] = field(
        default_factory=lambda: {name: set() for name in CONSUMED}
    )
    disorders: list[str] = field(default_factory=list)

    def add(self, records: Iterable[PublishedRecord], invented: Iterable[str] = ()) -> None:
        """Add newly published records; `invented` are the ids of events of the campaign itself."""
        ignored = set(invented)
        for one in records:
            if one.topic.endswith(DEAD_LETTERS_SUFFIX):
                self.dead.setdefault(one.topic, []).append(one.id)
            elif FORGED not in one.headers and one.id not in ignored and one.value is not None:
                self._add(one, json.loads(one.value))

    def _add(self, one: PublishedRecord, payload: Mapping[str, Any]) -> None:
        self.records += 1
        key, version = (one.topic, one.key), int(payload["version"])
        self.last[key] = version
        if one.topic in (CUSTOMER_STATES, SCORE_STATES):
            self._add_state(one, payload)
        if one.id in self.ids:
            self.repeats += 1
            return
        self.ids.add(one.id)
        self._expect_consumers(one)
        self._check_version(key, version)
        if one.topic == ORDERS:
            self.orders[one.key] = _compared_fields(payload)

    def _expect_consumers(self, one: PublishedRecord) -> None:
        """Add an event to those that services have to consume; of states only the last counts."""
        key, replaced = (one.topic, one.key), set[str]()
        if one.topic.endswith(STATE_SUFFIX):
            replaced = {self.current.get(key, one.id)} - {one.id}
            self.current[key] = one.id
        for service, topics in CONSUMED.items():
            if one.topic in topics:
                self.consumed[service] -= replaced
                self.consumed[service].add(one.id)

    def _add_state(self, one: PublishedRecord, payload: Mapping[str, Any]) -> None:
        if one.topic == SCORE_STATES:
            self.points[one.key] = payload["value_points"]
        else:
            self.names[one.key] = (int(payload["version"]), payload["name"])

    def _check_version(self, key: Key, version: int) -> None:
        """Check a version that is published for the first time against the versions before it."""
        before = self.newest.get(key)
        self.newest[key] = max(version, before or 0)
        if key[0] in WITHOUT_GAPS:
            in_order = version == (before or 0) + 1
        else:
            in_order = before is None or version >= before
        if not in_order:
            self.disorders.append(f"{key[0]} {key[1]}: version {version} after {before}")

    def outdated_states(self) -> Iterable[str]:
        """Yield each state whose last record is not the newest version, or that is missing."""
        for key, last in self.last.items():
            if key[0].endswith(STATE_SUFFIX) and last != self.newest[key]:
                yield f"{key[0]} {key[1]}: ends with version {last} of {self.newest[key]}"
        for (topic, customer_id), newest in self.newest.items():
            state = self.newest.get((CUSTOMER_STATES, customer_id))
            if topic == CUSTOMERS and state != newest:
                yield f"{CUSTOMER_STATES} {customer_id}: published up to {state} of {newest}"


def _compared_fields(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields of an order that are compared; a campaign stores thousands of orders."""
    names = ("external_id", "customer_id", "occurred_on", "lines", "version")
    return {name: payload[name] for name in names}
