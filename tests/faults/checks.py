"""The checks after every round: acknowledged writes against published events and scores."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.faults.acknowledged import ExpectedScore
from tests.faults.bodies import SYSTEM
from tests.faults.environment import Environment
from tests.faults.retrying_client import RetryingClient

SHOWN = 5


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The number of values that a check compared, and a message for each difference."""

    compared: int
    differences: tuple[str, ...]


Check = Callable[[Environment, RetryingClient], CheckResult]


def check_event_order(environment: Environment, _api: RetryingClient) -> CheckResult:
    """Check that versions are published in order.

    On a state topic, the last record of each key must have the newest version.
    """
    return CheckResult(
        environment.published.records,
        (*environment.published.version_errors, *environment.published.outdated_states()),
    )


def check_dead_letters(environment: Environment, _api: RetryingClient) -> CheckResult:
    """Check that the dead letters are exactly the events that cannot be applied."""
    found = {one for letters in environment.published.dead_letters.values() for one in letters}
    differences = _set_differences("dead letters", environment.acknowledged.poison, found)
    return CheckResult(len(environment.acknowledged.poison), tuple(differences))


def check_inboxes(environment: Environment, _api: RetryingClient) -> CheckResult:
    """Check that the inbox of each service has exactly the events that the service consumes.

    A state that a newer state or a tombstone has replaced is accepted in the inbox and not required
    there.
    """
    differences: list[str] = []
    recorded = (recorded_states(environment, service) for service in ("registry", "scoring"))
    states = environment.published.replaced.union(*recorded)
    for service, ids in environment.published.consumed.items():
        received = {
            _without_hyphens(one) for one in environment.infrastructure.column(service, _INBOX)
        }
        differences += _set_differences(f"inbox of {service}", ids, received - (states - ids))
    return CheckResult(sum(map(len, environment.published.consumed.values())), tuple(differences))


def recorded_states(environment: Environment, service: str) -> set[str]:
    """Return the event ids of the states that are recorded in the outbox of a service."""
    return {_without_hyphens(one) for one in environment.infrastructure.column(service, _STATES)}


_INBOX = "SELECT event_id FROM inbox"
_STATES = "SELECT event_id FROM outbox WHERE aggregatetype LIKE '%.state.v1'"


def _without_hyphens(event_id: object) -> str:
    return str(event_id).replace("-", "")


def check_facts(environment: Environment, _api: RetryingClient) -> CheckResult:
    """Check that there are as many current facts as acknowledged orders and answers."""
    differences = []
    expected = {
        "= 'answer'": len(environment.acknowledged.answers),
        "<> 'answer'": len(environment.acknowledged.sales),
    }
    for kind, count in expected.items():
        found = environment.infrastructure.number("scoring", f"{_CURRENT_FACTS} AND kind {kind}")
        if found != count:
            differences.append(
                f"facts of kind {kind}: {found} are current, {count} were acknowledged"
            )
    return CheckResult(sum(expected.values()), tuple(differences))


_CURRENT_FACTS = "SELECT count(*) FROM facts WHERE superseded_at IS NULL AND size > 0"
"""Without the facts of size 0, which say that an order or an answer was withdrawn."""


def check_scores(environment: Environment, api: RetryingClient) -> CheckResult:
    """Check the points, revenue, purchase days and satisfaction of every customer."""
    expected, ids = environment.acknowledged.expected_scores(), ids_of_customers(api)
    found = {one["customer_id"]: one for one in api.get_all("/v1/scores")}
    differences = list(_set_differences("customers", set(expected), set(ids)))
    if unknown := sorted(found.keys() - ids.values()):
        differences.append(f"{len(unknown)} scores of no customer, such as {unknown[:SHOWN]}")
    for name in sorted(expected.keys() & ids.keys()):
        differences += _differences(name, ids[name], expected[name], found.get(ids[name]))
        state = environment.published.points.get(ids[name])
        if state is None or Decimal(state) != expected[name].points:
            points = expected[name].points
            differences.append(f"{name}: the last state has {state} points, not {points}")
    return CheckResult(len(expected), tuple(differences))


def _differences(
    name: str, customer_id: str, expected: ExpectedScore, found: Mapping[str, Any] | None
) -> Iterator[str]:
    """Yield a message for each figure of a score that differs from the expected one."""
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
    for figure, (actual, wanted) in pairs.items():
        if actual != wanted:
            yield f"{name} ({customer_id}): {figure} is {actual}, not {wanted}"


def ids_of_customers(api: RetryingClient) -> dict[str, str]:
    """Return the product's ids of the campaign's customers, by external id."""
    return {
        one["id"]: item["id"]
        for item in api.get_all("/v1/customers")
        for one in item["external_ids"]
        if one["system"] == SYSTEM
    }


def check_copied_scores(environment: Environment, _api: RetryingClient) -> CheckResult:
    """Check that the registry has the newest version and the points of every score."""
    scores = f"{_SCORES.format('customer_id')} WHERE NOT withdrawn"
    expected = set(environment.infrastructure.column("scoring", scores))
    found = set(environment.infrastructure.column("registry", _SCORES.format("id")))
    differences = _set_differences("scores in the registry", expected, found)
    return CheckResult(len(expected), tuple(differences))


_SCORES = "SELECT CAST({} AS text) || ' ' || version || ' ' || value_order FROM scores"


def _set_differences(subject: str, expected: set[str], found: set[str]) -> Iterable[str]:
    """Yield a message about missing items, and one about items that are too many."""
    if lost := sorted(expected - found):
        yield f"{subject}: {len(lost)} missing, such as {lost[:SHOWN]}"
    if extra := sorted(found - expected):
        yield f"{subject}: {len(extra)} too many, such as {extra[:SHOWN]}"


AFTER_A_ROUND: Mapping[str, Check] = {
    "events in order per key": check_event_order,
    "dead letters": check_dead_letters,
    "each event in the inbox once": check_inboxes,
    "each fact once": check_facts,
    "scores as expected": check_scores,
    "scores in the registry": check_copied_scores,
}
