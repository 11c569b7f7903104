"""A service is restored from a copy that was taken in the middle of a load: everybody agrees."""

import json
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from services.scoring.settings import Settings
from shared.messaging.log.choice import open_log
from tests.system.company import Company
from tests.system.installation import Installation
from tests.system.product import Running, eventually
from tests.system.test_surveys import index, open_survey, posted

SERVICES = ("registry", "survey", "scoring", "gateway")
"""In the order in which they are restored: the registry first, so that the others are newer."""
TOPICS = ("registry.customer", "registry.order", "scoring.score")


@dataclass
class Load:
    """The requests of a company, whose customers answer one survey."""

    company: Company
    survey: dict[str, Any]

    def customers(self, first: int, last: int) -> None:
        """Register customers with one order and one response each."""
        path = f"/v1/surveys/{self.survey['id']}/responses"
        answers = {"quality": 4, "service": 5}
        for number in range(first, last):
            name = f"c{number}"
            self.company.register(name)
            self.company.place_order(f"o{number}", name, str(1000 + number))
            body = {"answers": answers, "customer": self.company.external_id(name)}
            posted(self.company, path, body)

    def rename(self, customer_id: str, name: str) -> None:
        changed = self.company.send(
            "PATCH", f"/v1/customers/{customer_id}", json={"name": name}, headers={"If-Match": "*"}
        )
        assert changed.status_code == 200, changed.text


def listed(product: Running, path: str, **parameters: Any) -> list[dict[str, Any]]:
    """Return all items of a list."""
    items: list[dict[str, Any]] = []
    query = {"limit": "100", **parameters}
    while True:
        answer = product.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        items += page["items"]
        if page["next"] is None:
            return items
        query["cursor"] = page["next"]


def revenue_by_customer(product: Running) -> dict[str, Decimal]:
    """Return the sum of the registry's orders of every customer, 0 without orders."""
    totals: dict[str, Decimal] = {
        each["id"]: Decimal(0) for each in listed(product, "/v1/customers")
    }
    for order in listed(product, "/v1/orders"):
        totals[order["customer_id"]] += Decimal(order["amount"])
    return totals


def services_agree(product: Running, survey: dict[str, Any]) -> bool:
    """Return whether registry, survey and scoring answer alike.

    The answers are about customers, orders, scores, their copies and the index of a survey.
    """
    responses = listed(product, f"/v1/surveys/{survey['id']}/responses")
    if index(Company(product), survey)[0] != len(responses):
        return False
    truth = revenue_by_customer(product)
    scores = {each["customer_id"]: each for each in listed(product, "/v1/scores")}
    copies = {
        each["id"]: each["score"] for each in listed(product, "/v1/customers", include="score")
    }
    return (
        {id_: Decimal(each["revenue"]) for id_, each in scores.items()} == truth
        and copies.keys() == truth.keys()
        and all(copies.values())
        and {id_: (each["class"], each["value_points"]) for id_, each in scores.items()}
        == {id_: (each["class"], each["value_points"]) for id_, each in copies.items() if each}
    )


def foreign_copy(product: Running) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the records by noun and id that a consumer has which follows docs/events.md.

    For each type and key it remembers the highest version; of a state the last record counts, and
    a null value deletes it.
    """
    records: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    versions: dict[tuple[str, str], int] = {}
    settings = Settings(
        data=product.data, kafka_bootstrap=product.broker.bootstrap if product.broker else None
    )
    event_log = open_log(settings)
    for noun in TOPICS:
        for item in event_log.history(f"patron.{noun}.state.v1"):
            if item.record.value is None:
                records[noun].pop(item.record.key, None)
            else:
                records[noun][item.record.key] = json.loads(item.record.value)
    for item in event_log.history("patron.registry.order.events.v1"):
        content = json.loads(item.record.value or b"")
        kind = item.record.headers["ce_type"]
        if content["version"] > versions.get((kind, item.record.key), 0):
            versions[kind, item.record.key] = content["version"]
            known = records["registry.order"].get(item.record.key)
            if known is None or content["version"] > known["version"]:
                records["registry.order"][item.record.key] = content
    event_log.close()
    return records


def foreign_consumer_agrees(product: Running) -> bool:
    """Return whether the copy of a foreign consumer equals what the API answers."""
    copy = foreign_copy(product)
    customers = {each["id"]: each for each in listed(product, "/v1/customers")}
    orders = {each["id"]: each for each in listed(product, "/v1/orders")}
    shown = {id_: each for id_, each in copy["registry.order"].items() if each["lines"]}
    return (
        {id_: (each["name"], each["version"]) for id_, each in copy["registry.customer"].items()}
        == {id_: (each["name"], each["version"]) for id_, each in customers.items()}
        and {id_: each["version"] for id_, each in shown.items()}
        == {id_: each["version"] for id_, each in orders.items()}
        and copy["scoring.score"].keys() == customers.keys()
    )


@pytest.mark.timeout(600)
@pytest.mark.real_by_default
def test_after_restores_all_services_and_foreign_consumers_agree(
    installation: Installation,
) -> None:
    """Each service in turn is restored from the same copy, by the commands of the runbook."""
    backup = installation.backup()
    with installation.started() as product:
        company = Company(product)
        load = Load(company, open_survey(company))
        load.customers(0, 12)
        first = company.register("R1")
        company.place_order("r1", "R1", "500")
        backup.save()
        load.customers(12, 24)
        for name in ("a", "b", "c"):
            load.rename(first, name)
        company.register("R2")
        company.place_order("r2", "R2", "5000")
        eventually(lambda: services_agree(product, load.survey), pause=1)
        for service in SERVICES:
            assert "A worker of" in backup.refused(f"python -m services.{service} restored")
    for n, service in enumerate(SERVICES):
        backup.restore(service)
        with installation.started() as product:
            load = Load(Company(product, load.company.system), load.survey)
            _check_that_everybody_agrees(product, load)
            assert "R2" not in registered_ids(product)
            # the next changes are newer than everything that was published
            load.rename(first, f"after the restore of {service}")
            load.customers(30 + 2 * n, 32 + 2 * n)
            _check_that_everybody_agrees(product, load)
            backup.run_section("Check")


def _check_that_everybody_agrees(product: Running, load: Load) -> None:
    """Wait until the services and a consumer that follows docs/events.md agree."""
    eventually(lambda: services_agree(product, load.survey), pause=1)
    eventually(lambda: foreign_consumer_agrees(product), pause=1)


def registered_ids(product: Running) -> set[str]:
    """Return the external ids of all customers."""
    customers = listed(product, "/v1/customers")
    return {pair["id"] for each in customers for pair in each["external_ids"]}
