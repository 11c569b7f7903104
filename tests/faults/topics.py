"""Everything that the log has told, and whether it may be told so."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.faults.below import Told
from tests.faults.contact import (
    CUSTOMER_STATES,
    CUSTOMERS,
    DEAD_SUFFIX,
    FOLLOWED,
    FORGED,
    GAPLESS,
    ORDERS,
    SCORE_STATES,
    STATE_SUFFIX,
)

Place = tuple[str, str]
"""A topic and a key."""


@dataclass(slots=True)
class Topics:
    """What was told so far, as little of it as the checks need."""

    ids: set[str] = field(default_factory=set)
    records: int = 0
    repeats: int = 0
    newest: dict[Place, int] = field(default_factory=dict)
    last: dict[Place, int] = field(default_factory=dict)
    current: dict[Place, str] = field(default_factory=dict)
    orders: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    names: dict[str, tuple[int, str]] = field(default_factory=dict)
    points: dict[str, str] = field(default_factory=dict)
    dead: dict[str, list[str]] = field(default_factory=dict)
    followed: dict[str, set[str]] = field(
        default_factory=lambda: {name: set() for name in FOLLOWED}
    )
    disorders: list[str] = field(default_factory=list)

    def take(self, told: Iterable[Told], foreign: Iterable[str] = ()) -> None:
        """Take over what was told since; `foreign` are the ids of events that were made up."""
        made_up = set(foreign)
        for one in told:
            if one.topic.endswith(DEAD_SUFFIX):
                self.dead.setdefault(one.topic, []).append(one.id)
            elif FORGED not in one.headers and one.id not in made_up and one.value is not None:
                self._take(one, json.loads(one.value))

    def _take(self, one: Told, said: Mapping[str, Any]) -> None:
        self.records += 1
        place, version = (one.topic, one.key), int(said["version"])
        self.last[place] = version
        if one.topic in (CUSTOMER_STATES, SCORE_STATES):
            self._take_state(one, said)
        if one.id in self.ids:
            self.repeats += 1
            return
        self.ids.add(one.id)
        self._is_followed(one)
        self._follow(place, version)
        if one.topic == ORDERS:
            self.orders[one.key] = _essence(said)

    def _is_followed(self, one: Told) -> None:
        """Note who has to hear of it: of a state only the last is sure to be heard."""
        place, superseded = (one.topic, one.key), set[str]()
        if one.topic.endswith(STATE_SUFFIX):
            superseded = {self.current.get(place, one.id)} - {one.id}
            self.current[place] = one.id
        for service, topics in FOLLOWED.items():
            if one.topic in topics:
                self.followed[service] -= superseded
                self.followed[service].add(one.id)

    def _take_state(self, one: Told, said: Mapping[str, Any]) -> None:
        if one.topic == SCORE_STATES:
            self.points[one.key] = said["value_points"]
        else:
            self.names[one.key] = (int(said["version"]), said["name"])

    def _follow(self, place: Place, version: int) -> None:
        """Hold the first appearance of a version against those before."""
        before = self.newest.get(place)
        self.newest[place] = max(version, before or 0)
        if place[0] in GAPLESS:
            right = version == (before or 0) + 1
        else:
            right = before is None or version >= before
        if not right:
            self.disorders.append(f"{place[0]} {place[1]}: version {version} after {before}")

    def stale(self) -> Iterable[str]:
        """Tell each key of a state topic whose last record is not its newest version."""
        for place, last in self.last.items():
            if place[0].endswith(STATE_SUFFIX) and last != self.newest[place]:
                yield f"{place[0]} {place[1]}: ends on version {last} of {self.newest[place]}"
        for (topic, key), newest in self.newest.items():
            told = self.newest.get((CUSTOMER_STATES, key))
            if topic == CUSTOMERS and told != newest:
                yield f"{CUSTOMER_STATES} {key}: told up to version {told} of {newest}"


def _essence(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keep of an order what is compared; thousands are kept for a whole campaign."""
    names = ("external_id", "customer_id", "occurred_on", "lines", "version")
    return {name: said[name] for name in names}
