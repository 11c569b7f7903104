"""A consumer of another company that follows docs/events.md has everything that we publish."""

import json
from contextlib import closing
from typing import Any

from services.scoring.settings import Settings
from shared.contracts.catalogue import contracts
from shared.messaging.envelope import Record
from shared.messaging.log.choice import open_log
from tests.system.company import Company
from tests.system.foreign_consumer import ForeignConsumer
from tests.system.product import Running, eventually
from tests.system.test_surveys import open_survey, posted

FACTS = {
    f"patron.{name}.v1"
    for name in (
        *("customer.registered", "customer.changed", "product.changed"),
        *("order.placed", "order.changed", "order.returned"),
        *("score.changed", "rung.changed", "class.changed", "index.estimated"),
        *("survey.published", "survey.closed", "response.submitted"),
    )
}
STATES = {
    "patron.customer.state.v1": "/v1/customers",
    "patron.product.state.v1": "/v1/products",
    "patron.score.state.v1": "/v1/scores",
}
"""The route that answers what a state describes, by the type of the state."""


def do_business(company: Company) -> set[str]:
    """Cause every fact; return the ids of the customers, orders, products, survey and responses."""
    customers = [company.register(name) for name in ("甲", "乙", "丙")]
    for customer in customers:
        path, if_match = f"/v1/customers/{customer}", {"If-Match": "*"}
        changed = company.send("PATCH", path, json={"city": "苏州"}, headers=if_match)
        assert changed.status_code == 200, changed.text
    line = {"product_code": f"P{company.system}", "quantity": "1", "unit_price": "30000"}
    bodies = [company.order_body(f"O-{name}", name, "1", lines=[line]) for name in ("甲", "乙")]
    bodies.append(company.order_body("R-甲", "甲", "1", lines=[line | {"quantity": "-1"}]))
    orders = [posted(company, "/v1/orders", body) for body in bodies]
    changed_order = company.order_body("", "乙", "1", lines=[line | {"unit_price": "80000"}])
    del changed_order["external_id"]
    path = f"/v1/orders/by-external-id/{company.system}/O-乙"
    assert company.send("PUT", path, json=changed_order).status_code == 200
    survey = open_survey(company)
    path = f"/v1/surveys/{survey['id']}/responses"
    responses = [
        posted(company, path, {"customer": company.external_id(name), "answers": answers})
        for name, answers in (
            ("甲", {"quality": 5, "service": 3}),
            ("乙", {"quality": 2, "service": 3}),
        )
    ]
    posted(company, f"/v1/surveys/{survey['id']}/close")
    (product,) = company.get("/v1/products", code=line["product_code"])["items"]
    found = [*orders, *responses, survey, product]
    return {*customers, *(str(each["id"]) for each in found)}


def published(product: Running, ids: set[str]) -> list[Record]:
    """Return every record about these ids, topic by topic, each topic in the order of its keys."""
    settings = Settings(
        data=product.data, kafka_bootstrap=product.broker.bootstrap if product.broker else None
    )
    topics = sorted({contract.topic for contract in contracts().values()})
    with closing(open_log(settings)) as log:
        return [
            item.record for topic in topics for item in log.history(topic) if item.record.key in ids
        ]


def facts_in(records: list[Record]) -> set[tuple[str, str, int]]:
    """Return the type, key and version of every fact."""
    return {
        (each.headers["ce_type"], each.key, json.loads(each.value or b"")["version"])
        for each in records
        if ".events." in each.topic
    }


def answers_equal(company: Company, consumer: ForeignConsumer) -> bool:
    """Return whether the copies of states have what the API answers, in fields of both."""
    for (kind, key), copy in consumer.states.items():
        if kind in STATES:
            answer = company.get(f"{STATES[kind]}/{key}")
            if _common(copy, answer) != _common(answer, copy):
                return False
    return True


def _common(record: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a record that another one has, without the moments of writing."""
    return {name: record[name] for name in record.keys() & other.keys() - {"recorded_at", "as_of"}}


def read_all(consumer: ForeignConsumer, records: list[Record]) -> None:
    for each in records:
        consumer.read(each.topic, each.key, each.value, each.headers)


def test_a_consumer_written_to_the_documented_rule_loses_nothing(product: Running) -> None:
    """Everything is read twice: each record again at once, then everything from the beginning."""
    company = Company(product)
    ids = do_business(company)
    eventually(lambda: {kind for kind, *_ in facts_in(published(product, ids))} == FACTS, pause=1)

    def agrees() -> bool:
        records = published(product, ids)
        consumer = ForeignConsumer()
        read_all(consumer, [each for each in records for _ in range(2)])
        read_all(consumer, records)
        assert len(consumer.facts) == len(set(consumer.facts))
        assert set(consumer.facts) == facts_in(records)
        assert {kind for kind, _ in consumer.states} >= STATES.keys()
        return answers_equal(company, consumer)

    eventually(agrees, pause=1)
