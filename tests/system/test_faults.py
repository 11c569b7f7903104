"""Promises that hold when processes die, servers stop, or invalid events arrive."""

import json
import secrets
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from deploy.local.product import Product
from shared.messaging.envelope import Record
from tests.system import imports
from tests.system.company import Company, idempotency_header
from tests.system.log import CUSTOMERS, ORDERS, payload, produce, wait_for_records
from tests.system.product import Running, eventually

OUTAGE_WRITES = 20
PROCESSES = Product(data=Path("nowhere"), port=0, admin_key="").processes()


@pytest.mark.timeout(400)
def test_p1_p2_p3_kill_9_of_each_process_during_an_import_changes_nothing(
    product: Running,
) -> None:
    """P1: acknowledged writes survive. P2: all are published. P3: each has exactly one effect.

    The import that was answered with 202 completes, and orders and scores equal a direct
    computation from the file, although each process was killed during the import.
    """
    company, file = Company(product), imports.orders_file()
    location = imports.start_import(company, file)
    eventually(lambda: company.get(location)["processed"])
    _kill_each(product, "registry-worker", "scoring-worker")
    assert not _finished(company, location), "the file is too short to be interrupted"
    _kill_each(product, *(role.name for role in PROCESSES))
    finished = eventually(lambda: _finished(company, location), seconds=240)
    assert (finished["state"], finished["processed"]) == ("succeeded", file.lines)
    assert (finished["created"], finished["rejected"]) == (file.lines, 0)
    ids = imports.ids_by_external_id(company)
    assert ids.keys() == file.amounts.keys()
    company.wait_for_points(
        {ids[name]: amount for name, amount in file.amounts.items()}, seconds=120
    )
    assert len(_published_order_ids(product, company, file.orders)) == file.orders


def test_p1_an_acknowledged_write_survives_kill_9(product: Running) -> None:
    """P1: every customer that was acknowledged with 201 exists, although api and worker died."""
    company = Company(product)
    acknowledged = []
    for number in range(30):
        if number % 10 == 5:
            product.kill("registry-api")
            product.kill("registry-worker")
        acknowledged.append(company.register(f"C-{number}"))
    names = [company.get(f"/v1/customers/{one}")["name"] for one in acknowledged]
    assert names == [f"C-{number}" for number in range(30)]
    company.wait_for_points(dict.fromkeys(acknowledged, Decimal(0)))


def test_p2_every_committed_change_is_published(product: Running) -> None:
    """P2: each new customer is published, although the publishing worker was killed."""
    company = Company(product)
    ids = []
    for number in range(20):
        ids.append(company.register(f"C-{number}"))
        if number % 5 == 0:
            product.kill("registry-worker")
            eventually(lambda: "registry-worker" in product.roles())
    records = wait_for_records(product, CUSTOMERS, lambda one: one.key in ids, count=len(ids))
    assert {one.key for one in records} == set(ids)


def test_p3_an_event_that_arrives_again_has_no_second_effect(product: Running) -> None:
    """P3: the same record is written to the log two more times and changes no figure."""
    company = Company(product)
    customer = company.register("张伟")
    order = company.place_order("O-1", "张伟", "40000")
    (record,) = wait_for_records(product, ORDERS, lambda one: one.key == order)
    for _ in range(2):
        produce(product, ORDERS, order, record.value or b"", record.headers)
    company.place_order("O-2", "张伟", "1000")
    company.wait_for_points({customer: Decimal(41000)})
    explanation = company.get(f"/v1/scores/{customer}/explanation")
    facts = [fact for term in explanation["terms"] for fact in term["facts"]]
    assert len(facts) == 2


@pytest.mark.timeout(300)
def test_p6_a_kafka_outage_fails_no_write(real_product: Running) -> None:
    """P6: orders are recorded while Kafka is down, and published once it runs again."""
    assert real_product.broker
    company = Company(real_product)
    customer = company.register("华东百货")
    company.wait_for_points({customer: Decimal(0)})
    real_product.broker.stop()
    try:
        for number in range(OUTAGE_WRITES):
            body = company.order_body(f"O-{number}", "华东百货", "1000")
            answer = real_product.client.post("/v1/orders", json=body, headers=idempotency_header())
            assert answer.status_code == 201, answer.text
        assert company.points(customer) == 0
    finally:
        real_product.broker.start()
    company.wait_for_points({customer: Decimal(1000) * OUTAGE_WRITES}, seconds=180)
    records = wait_for_records(
        real_product, ORDERS, partial(_is_order_of, customer), count=OUTAGE_WRITES
    )
    assert len({one.key for one in records}) == OUTAGE_WRITES


@pytest.mark.parametrize("value", [b"{not json", b'{"order_id": "no order"}'])
def test_an_event_that_cannot_be_applied_becomes_a_dead_letter_and_later_ones_are_applied(
    product: Running, value: bytes
) -> None:
    company = Company(product)
    customer = company.register("赵敏")
    key, dead = secrets.token_hex(8), "patron.scoring.dead-letters.v1"
    headers = {"ce_id": secrets.token_hex(16), "ce_type": "patron.order.placed.v1"}
    produce(product, ORDERS, key, value, headers)
    company.place_order("O-1", "赵敏", "2500")
    company.wait_for_points({customer: Decimal(2500)})
    (letter,) = wait_for_records(product, dead, lambda one: one.key == key)
    assert letter.value == value
    assert letter.headers["patron_origin_topic"] == ORDERS
    assert letter.headers["patron_error"]
    assert letter.headers["ce_id"] == headers["ce_id"]


def _kill_each(product: Running, *roles: str) -> None:
    for role in roles:
        killed = product.kill(role)
        eventually(partial(product.restarted, role, killed))


def _finished(company: Company, location: str) -> dict[str, object]:
    state: dict[str, object] = company.get(location)
    return state if state["state"] in imports.FINISHED else {}


def _published_order_ids(product: Running, company: Company, count: int) -> set[str]:
    """Return the keys of the company's order events."""
    name = json.dumps(company.system).encode()
    records = wait_for_records(product, ORDERS, lambda one: name in (one.value or b""), count=count)
    return {one.key for one in records}


def _is_order_of(customer: str, record: Record) -> bool:
    return payload(record).get("customer_id") == customer
