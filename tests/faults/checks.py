"""The checks after every round: what was acknowledged against what is told and counted."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.faults.bodies import SYSTEM
from tests.faults.book import Figures
from tests.faults.door import Door
from tests.faults.stage import Stage

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Result:
    """How much was compared, and what was not as it has to be."""

    compared: int
    wrong: tuple[str, ...]


Check = Callable[[Stage, Door], Result]


def order_per_key(stage: Stage, _door: Door) -> Result:
    """On no topic does a version appear before an older one, or a state end on an older one."""
    return Result(stage.topics.records, (*stage.topics.disorders, *stage.topics.stale()))


def dead_letters(stage: Stage, _door: Door) -> Result:
    """Find put aside what cannot be applied, and nothing else."""
    found = {one for letters in stage.topics.dead.values() for one in letters}
    wrong = _apart("dead letters", stage.book.poisoned, found)
    return Result(len(stage.book.poisoned), tuple(wrong))


def noted_once(stage: Stage, _door: Door) -> Result:
    """Each event that a service follows is in its inbox: nothing is skipped, nothing is extra.

    A state that a newer one has replaced may have been heard or not.
    """
    wrong: list[str] = []
    states = {_plain(one) for one in stage.below.column("registry", _STATES)}
    for service, ids in stage.topics.followed.items():
        noted = {_plain(one) for one in stage.below.column(service, _INBOX)}
        wrong += _apart(f"inbox of {service}", ids, noted - (states - ids))
    return Result(sum(map(len, stage.topics.followed.values())), tuple(wrong))


_INBOX = "SELECT event_id FROM inbox"
_STATES = "SELECT event_id FROM outbox WHERE aggregatetype LIKE '%.state.v1'"


def _plain(event_id: object) -> str:
    return str(event_id).replace("-", "")


def facts_once(stage: Stage, _door: Door) -> Result:
    """Each order and each answer is one fact that counts."""
    wrong = []
    expected = {"= 'answer'": len(stage.book.answers), "<> 'answer'": len(stage.book.sales)}
    for kind, count in expected.items():
        found = stage.below.number("scoring", f"{_COUNTING} AND kind {kind}")
        if found != count:
            wrong.append(f"facts of kind {kind}: {found} count, {count} were acknowledged")
    return Result(sum(expected.values()), tuple(wrong))


_COUNTING = "SELECT count(*) FROM facts WHERE superseded_at IS NULL"


def scores(stage: Stage, door: Door) -> Result:
    """Points, revenue, days and satisfaction of every customer are those of the own count."""
    expected, ids = stage.book.figures(), ids_of_customers(door)
    found = {one["customer_id"]: one for one in door.every("/v1/scores")}
    wrong = list(_apart("customers", set(expected), set(ids)))
    for name in sorted(expected.keys() & ids.keys()):
        wrong += _differences(name, ids[name], expected[name], found.get(ids[name]))
        told = stage.topics.points.get(ids[name])
        if told is None or Decimal(told) != expected[name].points:
            wrong.append(f"{name}: the last state told {told} points, not {expected[name].points}")
    return Result(len(expected), tuple(wrong))


def _differences(
    name: str, customer_id: str, expected: Figures, found: Mapping[str, Any] | None
) -> Iterator[str]:
    if found is None:
        yield f"{name} ({customer_id}) has no score"
        return
    satisfaction = found["satisfaction"]
    pairs = {
        "value_points": (Decimal(found["value_points"]), expected.points),
        "revenue": (Decimal(found["revenue"]), expected.revenue),
        "purchase_days": (found["purchase_days"], len(expected.days)),
        "satisfaction": (
            satisfaction and Decimal(str(satisfaction["index"])),
            expected.satisfaction,
        ),
    }
    for what, (has, wanted) in pairs.items():
        if has != wanted:
            yield f"{name} ({customer_id}): {what} is {has}, not {wanted}"


def ids_of_customers(door: Door) -> dict[str, str]:
    """Give the ids of the campaign's customers by their names."""
    return {
        one["id"]: item["id"]
        for item in door.every("/v1/customers")
        for one in item["external_ids"]
        if one["system"] == SYSTEM
    }


def _apart(what: str, expected: set[str], found: set[str]) -> Iterable[str]:
    if lost := sorted(expected - found):
        yield f"{what}: {len(lost)} missing, such as {lost[:SHOWN]}"
    if extra := sorted(found - expected):
        yield f"{what}: {len(extra)} too many, such as {extra[:SHOWN]}"


AFTER_A_ROUND: Mapping[str, Check] = {
    "events in order per key": order_per_key,
    "dead letters": dead_letters,
    "each event noted once": noted_once,
    "each fact once": facts_once,
    "scores as counted": scores,
}
