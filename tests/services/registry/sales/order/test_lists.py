"""The list of orders: its sorts by time, and its filters."""

from typing import Any

import httpx
import pytest

from shared.http.identity import Identity
from shared.row_access import Rows
from tests.services.colleagues import team, user
from tests.services.harness import Running


def buyer(client: httpx.Client, number: int, **fields: Any) -> str:
    """Register the customer `erp:<number>` and return its id."""
    body = {"name": str(number), "kind": "person", "nature": "household"} | fields
    answer = client.put(f"/v1/customers/by-external-id/erp/{number}", json=body)
    return str(answer.json()["id"])


def record_order(
    client: httpx.Client, number: str, day: int, *codes: str, by: int | None = None, **fields: Any
) -> str:
    """Record the order `shop:<number>` of a day in January 2026, and return its id."""
    body = {
        "external_id": {"system": "shop", "id": number},
        "customer": {"system": "erp", "id": str(by)} if by else None,
        "ordered_at": f"2026-01-{day:02}T12:00:00Z",
        "currency": "CNY",
        "lines": [{"product_code": c, "quantity": "1", "unit_price": "10"} for c in codes or "A"],
    }
    answer = client.post("/v1/orders", json=body | fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def numbers(client: httpx.Client, **params: Any) -> str:
    """Return the numbers of the orders that the list shows for these parameters, as one text."""
    answer = client.get("/v1/orders", params=params)
    assert answer.status_code == 200, answer.text
    return "".join(item["external_id"]["id"] for item in answer.json()["items"])


@pytest.fixture
def client(registry: Running) -> httpx.Client:
    """Return a client of a registry with three orders of two customers, and an anonymous one."""
    client = registry.client
    buyer(client, 1, owner=user("li.na"), team=team("east"))
    buyer(client, 2, owner=user("wang"), team=team("west"))
    record_order(client, "a", 3, "A", "B", "A", by=1)
    record_order(client, "b", 1, "B", by=2, currency="USD")
    record_order(client, "c", 2, "A", by=1, faulty=True)
    record_order(client, "d", 4, "C")
    return client


@pytest.mark.both_stacks
def test_orders_are_sorted_as_recorded_or_by_their_time(client: httpx.Client) -> None:
    assert numbers(client) == "abcd"
    assert numbers(client, sort="ordered_at") == "bcad"
    assert numbers(client, sort="-ordered_at", limit=2) == "da"


@pytest.mark.both_stacks
def test_the_latest_orders_of_a_customer_come_first(client: httpx.Client) -> None:
    customer_id = client.get("/v1/customers?external_id=erp:1").json()["items"][0]["id"]
    assert numbers(client, customer_id=customer_id, sort="-ordered_at") == "ac"


def test_an_order_is_found_by_each_of_its_products_and_listed_once(client: httpx.Client) -> None:
    assert numbers(client, product_code="A") == "ac"
    assert numbers(client, product_code="B") == "ab"
    assert numbers(client, product_code="a") == ""


def test_orders_are_found_by_the_owner_and_the_team_of_their_customer(client: httpx.Client) -> None:
    assert numbers(client, owner=user("li.na")) == "ac"
    assert numbers(client, team=team("west")) == "b"
    assert numbers(client, team=team("west"), owner=user("li.na")) == ""


def test_anonymous_orders_can_be_left_out_or_listed_alone(client: httpx.Client) -> None:
    assert numbers(client, anonymous="true") == "d"
    assert numbers(client, anonymous="false") == "abc"


def test_orders_are_found_by_currency_and_fault(client: httpx.Client) -> None:
    assert numbers(client, currency="USD") == "b"
    assert numbers(client, faulty="true") == "c"
    assert numbers(client, faulty="false", currency="CNY") == "ad"


def test_p7_a_limited_key_filters_only_the_orders_that_it_sees(
    registry: Running, client: httpx.Client
) -> None:
    assert numbers(client, product_code="B") == "ab"
    with registry.as_caller(Identity("key-1", "", frozenset(), Rows.TEAM, team("east"))) as limited:
        assert numbers(limited, product_code="B") == "a"
        assert numbers(limited, team=team("west")) == ""
        assert numbers(limited, sort="-ordered_at") == "ac"
        page = limited.get("/v1/orders?count=true&facets=currency").json()
    assert page["total"] == {"value": 2, "exact": True}
    assert page["facets"][0]["values"] == [{"value": "CNY", "count": 2}]
