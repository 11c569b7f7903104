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

    Per key, `newest` is the greatest version, `last` the version published last, and
    `newest_state_ids` the event id of the last state. `orders`, `names` (of customers) and `points`
    (of scores) have values of the last payload, and nothing of a record that was withdrawn.
    `dead_letters` has event ids by topic, `consumed` the event ids that each service has to
    consume, and `replaced` those of states that a newer one or a tombstone has replaced.
    `withdrawn` has the keys whose last record is a tombstone. `restored` is the service that was
    restored in this round, whose versions may be repeated or skipped.
    """

    ids: set[str] = field(default_factory=set)
    records: int = 0
    repeats: int = 0
    newest: dict[Key, int] = field(default_factory=dict)
    last: dict[Key, int] = field(default_factory=dict)
    newest_state_ids: dict[Key, str] = field(default_factory=dict)
    orders: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    names: dict[str, tuple[int, str]] = field(default_factory=dict)
    points: dict[str, str] = field(default_factory=dict)
    dead_letters: dict[str, list[str]] = field(default_factory=dict)
    consumed: dict[str, set[str]] = field(
        default_factory=lambda: {name: set() for name in CONSUMED}
    )
    replaced: set[str] = field(default_factory=set)
    withdrawn: set[Key] = field(default_factory=set)
    restored: str = ""
    version_errors: list[str] = field(default_factory=list)

    def add(self, records: Iterable[PublishedRecord], invented: Iterable[str] = ()) -> None:
        """Add newly published records; leave out forged ones and those with an id in `invented`."""
        ignored = set(invented)
        for one in records:
            if one.topic.endswith(DEAD_LETTERS_SUFFIX):
                self.dead_letters.setdefault(one.topic, []).append(one.id)
            elif one.value is None:
                self._withdraw(one)
            elif FORGED not in one.headers and one.id not in ignored:
                self._add(one, json.loads(one.value))

    def _withdraw(self, one: PublishedRecord) -> None:
        """Forget a state that a tombstone has withdrawn."""
        self._expect_consumers(one)
        self.last[one.topic, one.key] = self.newest.setdefault((one.topic, one.key), 0)
        self.withdrawn.add((one.topic, one.key))
        if one.topic == SCORE_STATES:
            self.points.pop(one.key, None)
        if one.topic == CUSTOMER_STATES:
            self.names.pop(one.key, None)

    def _add(self, one: PublishedRecord, payload: Mapping[str, Any]) -> None:
        """Remember a published event, to compare the services' data with it later."""
        self.records += 1
        key, version = (one.topic, one.key), int(payload["version"])
        self.last[key] = version
        self.withdrawn.discard(key)
        if one.topic in (CUSTOMER_STATES, SCORE_STATES):
            self._add_state(one, payload)
        if one.id in self.ids:
            self.repeats += 1
            return
        self.ids.add(one.id)
        self._expect_consumers(one)
        self._check_version(key, version)
        if one.topic == ORDERS:
            self._add_order(one, payload)

    def _add_order(self, one: PublishedRecord, payload: Mapping[str, Any]) -> None:
        """Remember an order; without lines it is withdrawn."""
        if payload["lines"]:
            self.orders[one.key] = _compared_fields(payload)
        else:
            self.orders.pop(one.key, None)

    def _expect_consumers(self, one: PublishedRecord) -> None:
        """Add an event that services have to consume; a state replaces the last one of its key."""
        key, replaced = (one.topic, one.key), set[str]()
        if one.topic.endswith(STATE_SUFFIX):
            replaced = {self.newest_state_ids.get(key, one.id)} - {one.id}
            self.replaced |= replaced
            self.newest_state_ids[key] = one.id
        for service, topics in CONSUMED.items():
            if one.topic in topics:
                self.consumed[service] -= replaced
                self.consumed[service].add(one.id)

    def _add_state(self, one: PublishedRecord, payload: Mapping[str, Any]) -> None:
        """Remember the points of a score, or the version and name of a customer."""
        if one.topic == SCORE_STATES:
            self.points[one.key] = payload["value_points"]
        else:
            self.names[one.key] = (int(payload["version"]), payload["name"])

    def _check_version(self, key: Key, version: int) -> None:
        """Report a new event whose version does not come after the earlier versions of its key."""
        before = self.newest.get(key)
        self.newest[key] = max(version, before or 0)
        is_restored = key[0].startswith(f"patron.{self.restored}.")
        if key[0] in WITHOUT_GAPS and not is_restored:
            in_order = version == (before or 0) + 1
        else:
            in_order = before is None or version >= before
        if not in_order:
            self.version_errors.append(f"{key[0]} {key[1]}: version {version} after {before}")

    def outdated_states(self) -> Iterable[str]:
        """Yield each key whose last state is not the newest version, or whose state is missing."""
        for key, last in self.last.items():
            if key[0].endswith(STATE_SUFFIX) and last != self.newest[key]:
                yield f"{key[0]} {key[1]}: ends with version {last} of {self.newest[key]}"
        for (topic, customer_id), newest in self.newest.items():
            state = self.newest.get((CUSTOMER_STATES, customer_id))
            is_withdrawn = (CUSTOMER_STATES, customer_id) in self.withdrawn
            if topic == CUSTOMERS and state != newest and not is_withdrawn:
                yield f"{CUSTOMER_STATES} {customer_id}: published up to {state} of {newest}"


def _compared_fields(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the order fields that checks compare; the others are dropped to save memory."""
    names = ("external_id", "customer_id", "occurred_on", "lines", "version")
    return {name: payload[name] for name in names}
