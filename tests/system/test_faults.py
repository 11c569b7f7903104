"""What the product promises when its parts die, stop or meet what nobody should have sent."""

import json
import secrets
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from deploy.local.product import Product
from shared.messaging.envelope import Record
from tests.system import imports
from tests.system.company import Company, once
from tests.system.log import CUSTOMERS, ORDERS, found, produce, told
from tests.system.product import Running, eventually

OUTAGE_WRITES = 20
PROCESSES = Product(data=Path("nowhere"), port=0, admin_key="").processes()


@pytest.mark.timeout(400)
def test_p1_p2_p3_kill_9_of_each_process_during_an_import_changes_nothing(
    product: Running,
) -> None:
    """P1: what was acknowledged survives. P2: all of it is told. P3: it counts exactly once.

    The import that was answered with 202 completes, and orders and scores are what a direct
    computation over the file gives, though each process was killed while it ran.
    """
    company, file = Company(product), imports.orders_file()
    place = imports.start(company, file)
    eventually(lambda: company.get(place)["processed"])
    _kill_each(product, "registry-worker", "scoring-worker")
    assert not _over(company, place), "the file is too short to be disturbed"
    _kill_each(product, *(role.name for role in PROCESSES))
    done = eventually(lambda: _over(company, place), seconds=240)
    assert (done["state"], done["processed"]) == ("succeeded", file.lines)
    assert (done["created"], done["rejected"]) == (file.lines, 0)
    ids = imports.customers(company)
    assert ids.keys() == file.amounts.keys()
    company.settles({ids[name]: amount for name, amount in file.amounts.items()}, seconds=120)
    assert len(_placed(product, company, file.orders)) == file.orders


def test_p1_an_acknowledged_write_survives_kill_9(product: Running) -> None:
    """P1: every customer whose 201 arrived is there, though the API was killed in between."""
    company = Company(product)
    acknowledged = []
    for number in range(30):
        if number % 10 == 5:
            product.kill("registry-api")
            product.kill("registry-worker")
        acknowledged.append(company.register(f"C-{number}"))
    names = [company.get(f"/v1/customers/{one}")["name"] for one in acknowledged]
    assert names == [f"C-{number}" for number in range(30)]
    company.settles(dict.fromkeys(acknowledged, Decimal(0)))


def test_p2_every_committed_change_is_published(product: Running) -> None:
    """P2: each change of a customer is told, though the worker that publishes was killed."""
    company = Company(product)
    ids = []
    for number in range(20):
        ids.append(company.register(f"C-{number}"))
        if number % 5 == 0:
            product.kill("registry-worker")
            eventually(lambda: "registry-worker" in product.roles())
    records = found(product, CUSTOMERS, lambda one: one.key in ids, count=len(ids))
    assert {one.key for one in records} == set(ids)


def test_p3_an_event_that_arrives_again_has_no_second_effect(product: Running) -> None:
    """P3: the same record twice more, written by a foreign program."""
    company = Company(product)
    customer = company.register("张伟")
    order = company.place("O-1", "张伟", "40000")
    (record,) = found(product, ORDERS, lambda one: one.key == order)
    for _ in range(2):
        produce(product, ORDERS, order, record.value or b"", record.headers)
    company.place("O-2", "张伟", "1000")
    company.settles({customer: Decimal(41000)})
    explanation = company.get(f"/v1/scores/{customer}/explanation")
    facts = [fact for term in explanation["terms"] for fact in term["facts"]]
    assert len(facts) == 2


@pytest.mark.timeout(300)
def test_p6_a_kafka_outage_fails_no_write(real_product: Running) -> None:
    """P6: everything is recorded while Kafka is down, and arrives once it is back."""
    assert real_product.broker
    company = Company(real_product)
    customer = company.register("华东百货")
    company.settles({customer: Decimal(0)})
    real_product.broker.stop()
    try:
        for number in range(OUTAGE_WRITES):
            body = company.order(f"O-{number}", "华东百货", "1000")
            answer = real_product.client.post("/v1/orders", json=body, headers=once())
            assert answer.status_code == 201, answer.text
        assert company.points(customer) == 0
    finally:
        real_product.broker.start()
    company.settles({customer: Decimal(1000) * OUTAGE_WRITES}, seconds=180)
    records = found(real_product, ORDERS, partial(_is_of, customer), count=OUTAGE_WRITES)
    assert len({one.key for one in records}) == OUTAGE_WRITES


@pytest.mark.parametrize("value", [b"{not json", b'{"order_id": "no order"}'])
def test_a_poison_event_is_put_aside_and_the_rest_flows(product: Running, value: bytes) -> None:
    company = Company(product)
    customer = company.register("赵敏")
    key, dead = secrets.token_hex(8), "patron.scoring.dead-letters.v1"
    headers = {"ce_id": secrets.token_hex(16), "ce_type": "patron.order.placed.v1"}
    produce(product, ORDERS, key, value, headers)
    company.place("O-1", "赵敏", "2500")
    company.settles({customer: Decimal(2500)})
    (letter,) = found(product, dead, lambda one: one.key == key)
    assert letter.value == value
    assert letter.headers["patron_origin_topic"] == ORDERS
    assert letter.headers["patron_error"]
    assert letter.headers["ce_id"] == headers["ce_id"]


def _kill_each(product: Running, *roles: str) -> None:
    for role in roles:
        killed = product.kill(role)
        eventually(partial(product.restarted, role, killed))


def _over(company: Company, place: str) -> dict[str, object]:
    state: dict[str, object] = company.get(place)
    return state if state["state"] in imports.OVER else {}


def _placed(product: Running, company: Company, count: int) -> set[str]:
    """Give the keys of the company's order events."""
    name = json.dumps(company.system).encode()
    records = found(product, ORDERS, lambda one: name in (one.value or b""), count=count)
    return {one.key for one in records}


def _is_of(customer: str, record: Record) -> bool:
    return told(record).get("customer_id") == customer
