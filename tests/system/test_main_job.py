"""The main job of the product, through all processes: changes are published and scored."""

import json
import subprocess
from collections.abc import Callable
from decimal import Decimal

from tests.system.company import Company
from tests.system.log import CUSTOMER_STATES, CUSTOMERS, ORDERS, payload, wait_for_records
from tests.system.product import Running


def test_a_registered_customer_is_published_and_scored(product: Running) -> None:
    """P2: a committed change is published, here as the event customer.registered."""
    company = Company(product)
    customer = company.register("华东百货")
    (record,) = wait_for_records(product, CUSTOMERS, lambda one: one.key == customer)
    assert record.headers["ce_type"] == "patron.customer.registered.v1"
    assert "external_ids" not in payload(record)
    (state,) = wait_for_records(product, CUSTOMER_STATES, lambda one: one.key == customer)
    assert payload(state)["external_ids"] == [company.external_id("华东百货")]
    company.wait_for_points({customer: Decimal(0)})
    assert company.get(f"/v1/scores/{customer}")["rung"] == "suspect"


def test_an_order_changes_the_score_and_so_does_a_change_of_the_order(product: Running) -> None:
    company = Company(product)
    customer = company.register("李梅")
    company.place_order("O-1", "李梅", "30000")
    company.wait_for_points({customer: Decimal(30000)})
    changed = company.order_body("O-1", "李梅", "80000")
    del changed["external_id"]
    answer = company.send("PUT", _order_path(company, "O-1"), json=changed)
    assert answer.status_code == 200, answer.text
    company.wait_for_points({customer: Decimal(80000)})
    assert company.get(f"/v1/scores/{customer}")["rung"] == "first_time"


def test_p4_the_events_of_one_key_arrive_in_order(product: Running) -> None:
    """P4: every version of an order is published, in the sequence of the changes."""
    company = Company(product)
    company.register("王强")
    order = company.place_order("O-1", "王强", "1")
    for price in range(2, 21):
        body = company.order_body("O-1", "王强", str(price))
        del body["external_id"]
        assert company.send("PUT", _order_path(company, "O-1"), json=body).status_code == 200
    records = wait_for_records(product, ORDERS, lambda one: one.key == order, count=20)
    assert [payload(one)["version"] for one in records] == list(range(1, 21))


def test_p5_a_repeated_idempotency_key_has_one_effect_and_the_same_answer(product: Running) -> None:
    """P5: the answer is the same even if the api was killed after its first answer."""
    company = Company(product)
    customer = company.register("张伟")
    request = {
        "json": company.order_body("O-1", "张伟", "70000"),
        "headers": {"Idempotency-Key": "k1"},
    }
    request["headers"]["Idempotency-Key"] += company.system
    first = company.send("POST", "/v1/orders", **request)
    product.kill("registry-api")
    again = company.send("POST", "/v1/orders", **request)
    assert (again.status_code, again.content) == (first.status_code, first.content) != (409, b"")
    company.wait_for_points({customer: Decimal(70000)})


def test_p10_bad_input_is_refused_and_changes_nothing(product: Running) -> None:
    """P10: for each kind of bad input, no order is stored and no event is published."""
    company = Company(product)
    customer = company.register("赵敏")
    good = company.order_body("O-1", "赵敏", "10")
    line = good["lines"][0]
    for bad in (
        {**good, "lines": []},
        {**good, "lines": [{**line, "unit_price": "-1"}]},
        {**good, "lines": [{**line, "quantity": 1}]},
        {**good, "currency": "yuan"},
        {**good, "ordered_at": "yesterday"},
        {**good, "customer": company.external_id("nobody")},
        {**good, "surprise": True},
        {**good, "external_id": {"system": company.system, "id": "O\x001"}},
    ):
        answer = company.send("POST", "/v1/orders", json=bad)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"]
    company.place_order("O-2", "赵敏", "500")
    records = wait_for_records(
        product, ORDERS, lambda one: payload(one).get("customer_id") == customer
    )
    assert [payload(one)["external_id"]["id"] for one in records] == ["O-2"]
    company.wait_for_points({customer: Decimal(500)})


def test_kcat_reads_a_customer_event_with_its_headers(
    real_product: Running, program: Callable[[str], str]
) -> None:
    """kcat, a program that is not part of Patron, reads the CloudEvents headers of an event."""
    assert real_product.broker
    customer = Company(real_product).register("吴芳")
    wait_for_records(real_product, CUSTOMERS, lambda one: one.key == customer)
    command = [program("kcat"), "-C", "-e", "-q", "-J", "-t", CUSTOMERS]
    command += ["-b", real_product.broker.bootstrap]
    lines = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    (read,) = [one for one in map(json.loads, lines.splitlines()) if one["key"] == customer]
    headers = dict(zip(read["headers"][::2], read["headers"][1::2], strict=True))
    assert headers["ce_specversion"] == "1.0"
    assert headers["ce_type"] == "patron.customer.registered.v1"
    assert headers["ce_source"] == "/patron/registry"
    assert headers["content-type"] == "application/json"
    assert json.loads(read["payload"])["customer_id"] == customer


def _order_path(company: Company, number: str) -> str:
    return f"/v1/orders/by-external-id/{company.system}/{number}"
