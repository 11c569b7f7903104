"""Changing some fields of an order over HTTP."""

from typing import Any

import httpx
import pytest

from shared.contracts.registry.order import OrderChanged
from shared.contracts.registry.product import ProductChanged
from tests.services.colleagues import of_user, user
from tests.services.harness import Running

PATH = "/v1/orders/by-external-id/shop/SO%2F2026%2F0001"
LINE = {"product_code": "M6/20", "quantity": "2", "unit_price": "10", "discount": "1"}
ORDER: dict[str, Any] = {
    "customer": {"system": "erp", "id": "1"},
    "ordered_at": "2026-01-31T23:30:00+08:00",
    "currency": "CNY",
    "lines": [LINE],
    "promised_on": "2026-02-05",
}


@pytest.fixture
def order(client: httpx.Client) -> dict[str, Any]:
    """Register two customers and record ORDER; return the response body."""
    for number, owner in (("1", user("li.na")), ("2", user("wang.lei"))):
        ids = [{"system": "erp", "id": number}]
        client.post("/v1/customers", json={"external_ids": ids, "name": number, "owner": owner})
    answer = client.put(PATH, json=ORDER)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def change(
    client: httpx.Client, order: dict[str, Any], body: dict[str, Any], **headers: str
) -> httpx.Response:
    """Send a PATCH of an order whose version is the one in `order`."""
    tag = {"If-Match": f'"{order["version"]}"'}
    return client.patch(f"/v1/orders/{order['id']}", json=body, headers=tag | headers)


@pytest.mark.both_stacks
def test_an_order_with_slashes_in_its_id_is_created_found_and_changed(
    registry: Running, order: dict[str, Any]
) -> None:
    client = registry.client
    assert order["external_id"] == {"system": "shop", "id": "SO/2026/0001"}
    assert client.put(PATH, json=ORDER).json() == order
    found = client.get("/v1/orders", params={"external_id": "shop:SO/2026/0001"}).json()["items"]
    assert found == [order]
    changed = change(client, order, {"delivered_on": "2026-02-03", "faulty": True})
    assert changed.status_code == 200, changed.text
    body = changed.json()
    expected = order | {"delivered_on": "2026-02-03", "faulty": True, "version": 2}
    assert body == expected | {"recorded_at": body["recorded_at"]}
    assert client.get(f"/v1/orders/{order['id']}").json() == body
    event = registry.recorded(OrderChanged)[-1]
    assert (event.version, event.faulty, event.lines[0].product_code) == (2, True, "M6/20")


def test_a_change_that_changes_nothing_raises_no_version(
    registry: Running, order: dict[str, Any]
) -> None:
    same = {"currency": "CNY", "lines": [LINE], "customer": {"system": "erp", "id": "1"}}
    assert change(registry.client, order, same).json() == order
    assert change(registry.client, order, {}).json() == order
    assert registry.recorded(OrderChanged) == []


def test_the_lines_of_a_change_replace_all_lines_and_name_products(
    registry: Running, order: dict[str, Any]
) -> None:
    lines = [{"product_code": "M6/30", "product_name": "螺栓", "quantity": "-1", "unit_price": "3"}]
    body = change(registry.client, order, {"lines": lines}).json()
    assert [(line["product_name"], line["discount"]) for line in body["lines"]] == [("螺栓", "0")]
    assert body["amount"] == "-3"
    assert registry.recorded(ProductChanged)[-1].name == "螺栓"


def test_another_time_moves_the_business_day(client: httpx.Client, order: dict[str, Any]) -> None:
    body = change(client, order, {"ordered_at": "2026-01-31T16:30:00Z"}).json()
    assert (order["occurred_on"], body["occurred_on"]) == ("2026-01-31", "2026-02-01")


def test_the_customer_of_an_order_is_replaced_and_removed(
    client: httpx.Client, order: dict[str, Any]
) -> None:
    other = client.get("/v1/customers", params={"external_id": "erp:2"}).json()["items"][0]["id"]
    by_external_id = change(client, order, {"customer": {"system": "erp", "id": "2"}}).json()
    assert by_external_id["customer_id"] == other
    back = change(client, by_external_id, {"customer_id": order["customer_id"]}).json()
    assert back["customer_id"] == order["customer_id"]
    anonymous = change(client, back, {"customer": None, "anonymous_reference": "card 7"}).json()
    assert (anonymous["customer_id"], anonymous["anonymous_reference"]) == (None, "card 7")
    assert change(client, anonymous, {"faulty": True}).json()["customer_id"] is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"currency": None}, "/currency"),
        ({"ordered_at": None}, "/ordered_at"),
        ({"lines": None}, "/lines"),
        ({"lines": []}, "/lines"),
        ({"lines": [LINE | {"quantity": "0"}]}, "/lines/0/quantity"),
        ({"customer": {"system": "erp", "id": "3"}}, "/customer"),
        ({"customer_id": "0199a7c0-0000-7000-8000-000000000001"}, "/customer_id"),
        ({"external_id": {"system": "shop", "id": "2"}}, "/external_id"),
    ],
)
def test_a_bad_change_is_refused_with_its_pointer_and_changes_nothing(
    registry: Running, order: dict[str, Any], body: dict[str, Any], pointer: str
) -> None:
    answer = change(registry.client, order, body | {"faulty": True})
    assert answer.status_code == 422, answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert registry.recorded(OrderChanged) == []


def test_any_version_of_an_order_that_exists_can_be_changed(
    client: httpx.Client, order: dict[str, Any]
) -> None:
    anything = {"If-Match": "*"}
    assert change(client, order, {"faulty": True}, **anything).json()["version"] == 2
    assert change(client, order, {"faulty": False}, **anything).json()["version"] == 3
    weakened = {"If-Match": 'W/"3-0123456789abcdef"'}
    assert change(client, order, {"faulty": True}, **weakened).json()["version"] == 4
    assert change(client, order, {"faulty": False}, **weakened).status_code == 412
    missing = order | {"id": "0199a7c0-0000-7000-8000-000000000001"}
    assert change(client, missing, {"faulty": True}, **anything).status_code == 404


def test_a_limited_key_changes_only_orders_that_it_sees_before_and_after(
    registry: Running, order: dict[str, Any]
) -> None:
    def send(name: str, body: dict[str, Any]) -> int:
        with registry.as_caller(of_user(name)) as client:
            return change(client, order, body).status_code

    assert send("wang.lei", {"faulty": True}) == 404
    assert send("li.na", {"customer": {"system": "erp", "id": "2"}}) == 422
    assert send("li.na", {"customer": None}) == 422
    assert send("li.na", {"faulty": True}) == 200
