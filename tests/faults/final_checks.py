"""The checks at the end of a campaign: every acknowledged write is read again."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from tests.faults.acknowledged import ZERO, Answer, Sale
from tests.faults.bodies import SYSTEM
from tests.faults.checks import Check, CheckResult, ids_of_customers
from tests.faults.environment import Environment
from tests.faults.retrying_client import RetryingClient


def check_orders(environment: Environment, api: RetryingClient) -> CheckResult:
    """Check that each acknowledged order is stored and published once, with the same content."""
    names = {found: name for name, found in ids_of_customers(api).items()}
    read = [one for one in api.get_all("/v1/orders") if one["external_id"]["system"] == SYSTEM]
    differences = list(
        _order_differences(environment, {one["external_id"]["id"]: one for one in read}, names)
    )
    if len(read) != len(environment.acknowledged.sales):
        differences.append(
            f"{len(read)} orders are stored, {len(environment.acknowledged.sales)} acknowledged"
        )
    unacknowledged = environment.published.orders.keys() - {one["id"] for one in read}
    differences += [
        f"order {one} was published and is not stored" for one in sorted(unacknowledged)
    ]
    return CheckResult(len(environment.acknowledged.sales), tuple(differences))


def _order_differences(
    environment: Environment, read: Mapping[str, Any], names: Mapping[str, str]
) -> Iterator[str]:
    """Yield how stored orders (`read`, by external id) or events differ from acknowledged ones.

    `names` has the external id of each customer by id.
    """
    for name, sale in environment.acknowledged.sales.items():
        found = read.get(name)
        if found is None:
            yield f"order {name} is lost"
            continue
        event = environment.published.orders.get(found["id"])
        if not _matches(found, sale, names):
            yield f"order {name} ({found['id']}) is not stored as acknowledged"
        if (
            event is None
            or not _matches(event, sale, names)
            or event["version"] != found["version"]
        ):
            yield f"order {name} ({found['id']}) is not published as acknowledged"
        if environment.acknowledged.ids.get(name, found["id"]) != found["id"]:
            known = environment.acknowledged.ids[name]
            yield f"order {name} was acknowledged as {known} and is {found['id']}"


def _matches(found: Mapping[str, Any], sale: Sale, names: Mapping[str, str]) -> bool:
    """Return whether an order or its event has the lines, customer and day of a sale."""
    lines = [(one["product_code"], Decimal(one["quantity"]), Decimal(one["unit_price"]))
             for one in found["lines"]]  # fmt: skip
    wanted = [(one.product, Decimal(one.quantity), Decimal(one.price)) for one in sale.lines]
    customer = names.get(str(found["customer_id"]))
    return lines == wanted and (customer, found["occurred_on"]) == (sale.customer, sale.day)


def check_customers(environment: Environment, api: RetryingClient) -> CheckResult:
    """Check that each customer has the name of the newest acknowledged version."""
    ids, differences = ids_of_customers(api), []
    for name, versions in environment.acknowledged.renames.items():
        found = api.get(f"/v1/customers/{ids[name]}")
        newest = max(versions)
        expected = versions.get(found["version"], found["name"])
        if found["version"] < newest or found["name"] != expected:
            acknowledged = f"version {newest} was acknowledged as {versions[newest]}"
            differences.append(f"customer {name} is {found['name']}; {acknowledged}")
        if environment.published.names.get(ids[name]) != (found["version"], found["name"]):
            differences.append(
                f"customer {name}: the last published state is not the stored customer"
            )
    return CheckResult(sum(map(len, environment.acknowledged.renames.values())), tuple(differences))


def check_imports(environment: Environment, api: RetryingClient) -> CheckResult:
    """Check that each accepted import has succeeded and counts every line once."""
    differences = []
    for one in environment.acknowledged.imports:
        found = api.get(one.location)
        counts = [found[name] for name in ("processed", "created", "updated", "unchanged")]
        imported = sum(counts[1:])
        if found["state"] != "succeeded" or {counts[0], imported} != {one.lines}:
            differences.append(f"{one.location}: {found['state']}, {counts} of {one.lines} lines")
    return CheckResult(len(environment.acknowledged.imports), tuple(differences))


def check_answers(environment: Environment, api: RetryingClient) -> CheckResult:
    """Check that exactly the acknowledged answers are stored, and that each index is right."""
    differences = []
    by_survey: dict[str, dict[str, Answer]] = {}
    for answer in environment.acknowledged.answers:
        by_survey.setdefault(answer.survey, {})[answer.id] = answer
    for survey, expected in by_survey.items():
        read = {one["id"]: one["answers"] for one in api.get_all(f"/v1/surveys/{survey}/responses")}
        if read != {name: answer.values for name, answer in expected.items()}:
            differences.append(f"survey {survey}: the stored answers are not the acknowledged ones")
        index = api.get("/v1/portfolio/satisfaction", survey=survey)
        mean = sum((one.index for one in expected.values()), ZERO) / len(expected)
        if index["n"] != len(expected) or abs(Decimal(str(index["index"])) - mean) > _TOLERANCE:
            differences.append(f"survey {survey}: {index['index']} of {index['n']}, not {mean}")
    return CheckResult(len(environment.acknowledged.answers), tuple(differences))


_TOLERANCE = Decimal("1e-9")


def check_explanations(environment: Environment, api: RetryingClient) -> CheckResult:
    """Check that each customer's explanation contains each order once, with its amount."""
    ids, differences = ids_of_customers(api), []
    expected: dict[str, list[tuple[str, Decimal]]] = {
        name: [] for name in environment.acknowledged.customers
    }
    for sale in environment.acknowledged.sales.values():
        expected[sale.customer].append((sale.day, sale.amount))
    for name, wanted in expected.items():
        facts = _facts(api, ids[name])
        if sorted((one["occurred_on"], Decimal(one["amount"])) for one in facts) != sorted(wanted):
            differences.append(f"{name} ({ids[name]}): the facts of the explanation differ")
    return CheckResult(len(environment.acknowledged.sales), tuple(differences))


def _facts(api: RetryingClient, customer_id: str) -> list[Any]:
    """Return all facts in the explanation of a customer's score, from all its pages."""
    facts: list[Any] = []
    page: Mapping[str, Any] = {"next": ""}
    while page["next"] is not None:
        cursor = {"cursor": page["next"]} if page["next"] else {}
        page = api.get(f"/v1/scores/{customer_id}/explanation", limit="200", **cursor)
        facts += [fact for term in page["terms"] for fact in term["facts"]]
    return facts


def check_recompute(environment: Environment, _api: RetryingClient) -> CheckResult:
    """Check promise P9: the scores recomputed from the facts equal the stored scores."""
    finished = environment.command("scoring", "services.scoring", "recompute")
    differences = (
        () if finished.returncode == 0 else (finished.stdout[-500:] + finished.stderr[-500:],)
    )
    return CheckResult(
        environment.infrastructure.number("scoring", "SELECT count(*) FROM scores"), differences
    )


AT_THE_END: Mapping[str, Check] = {
    "orders stored and published": check_orders,
    "customers as acknowledged": check_customers,
    "imports complete": check_imports,
    "answers and indices": check_answers,
    "explanations as expected": check_explanations,
    "recompute equals stored (P9)": check_recompute,
}
