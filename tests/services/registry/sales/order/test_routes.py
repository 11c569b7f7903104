"""Orders over HTTP."""

from typing import Any
from zoneinfo import ZoneInfo

import httpx
import orjson
import pytest
from sqlalchemy import event, select

from services.registry.sales.order.models import Order
from services.registry.sales.order.repository import product_names
from services.registry.sales.order.schemas import OrderCreate
from services.registry.sales.order.service import OrderRequest, place_order
from shared.contracts.registry.order import OrderChanged, OrderPlaced, OrderReturned
from shared.contracts.registry.product import ProductChanged
from shared.errors import Conflict
from shared.http.conditional import version_in
from shared.row_access import SYSTEM_READER
from tests.services.colleagues import of_user, user
from tests.services.harness import Running

CUSTOMER = {
    "external_ids": [{"system": "erp", "id": "17"}],
    "name": "王强",
    "kind": "person",
    "nature": "household",
    "owner": user("li.na"),
}
ID = {"system": "shop", "id": "O-1"}
ORDER: dict[str, Any] = {
    "external_id": ID,
    "customer": {"system": "erp", "id": "17"},
    "ordered_at": "2026-01-31T23:30:00+08:00",
    "currency": "CNY",
    "lines": [
        {"product_code": "WM-800", "quantity": "2", "unit_price": "2599.00", "discount": "98"},
        {"product_code": "FILTER", "quantity": "3", "unit_price": "0", "product_name": "滤芯"},
    ],
}


@pytest.fixture
def customer(client: httpx.Client) -> dict[str, Any]:
    """Register the customer who buys in ORDER; return the response body."""
    body: dict[str, Any] = client.post("/v1/customers", json=CUSTOMER).json()
    return body


def line(**changes: str) -> dict[str, str]:
    """Return a line of an order with some changed fields."""
    return {"product_code": "WM-800", "quantity": "1", "unit_price": "10"} | changes


@pytest.mark.usefixtures("customer")
def test_the_amount_of_an_order_is_the_exact_sum_of_its_lines(client: httpx.Client) -> None:
    answer = client.post("/v1/orders", json=ORDER)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["amount"], body["ordered_at"]) == ("5100", "2026-01-31T15:30:00Z")
    assert body["occurred_on"] == "2026-01-31"
    read = client.get(answer.headers["Location"])
    assert (read.json(), version_in(read.headers["ETag"])) == (body, 1)


@pytest.mark.both_stacks
def test_the_answer_to_an_upsert_equals_the_order_on_record(client: httpx.Client) -> None:
    lines = [line(quantity="1.50", unit_price="-0", discount="0.00", unit_cost="3.10"), line()]
    body = {name: value for name, value in ORDER.items() if name not in {"external_id", "customer"}}
    path = "/v1/orders/by-external-id/shop/O-2"
    for version, change in ((1, {"lines": lines}), (2, {"lines": lines[::-1], "faulty": True})):
        answer = client.put(
            path, json=body | change | {"ordered_at": "2026-01-31T23:30:00.5+08:00"}
        )
        read = client.get(f"/v1/orders/{answer.json()['id']}")
        assert (answer.json(), version_in(answer.headers["ETag"])) == (read.json(), version)


@pytest.mark.both_stacks
def test_amounts_are_written_alike_whatever_zeros_were_sent(registry: Running) -> None:
    numbers = {"quantity": "10.00", "unit_price": "12.50", "discount": "0.0", "unit_cost": "-0"}
    written = {"quantity": "10", "unit_price": "12.5", "discount": "0", "unit_cost": "0"}
    order = {"ordered_at": "2026-01-31T15:59:59Z", "currency": "CNY", "lines": [line(**numbers)]}
    path = "/v1/orders/by-external-id/shop/O-4"
    answer = registry.client.put(path, json=order).json()
    (listed,) = registry.client.get("/v1/orders").json()["items"]
    (placed,) = registry.recorded(OrderPlaced)
    published = {name: str(getattr(placed.lines[0], name)) for name in written}
    for lines in (answer["lines"], listed["lines"], [published]):
        assert {name: lines[0][name] for name in written} == written
    assert (answer["amount"], listed["amount"]) == ("125", "125")


@pytest.mark.both_stacks
def test_the_lines_of_an_order_have_the_names_of_the_catalogue(client: httpx.Client) -> None:
    order = {"ordered_at": "2026-01-31T15:59:59Z", "currency": "CNY"}
    named = line(product_code="FILTER", product_name="滤芯")
    path = "/v1/orders/by-external-id/shop/O-5"
    stored = client.put(path, json=order | {"lines": [line(), named]}).json()
    answers = [
        stored,
        client.put(path, json=order | {"lines": [line(), named]}).json(),
        client.get(f"/v1/orders/{stored['id']}").json(),
        *client.get("/v1/orders").json()["items"],
    ]
    for answer in answers:
        assert [one["product_name"] for one in answer["lines"]] == ["WM-800", "滤芯"]
    client.put("/v1/products/by-code/WM-800", json={"name": "滚筒洗衣机"})
    (listed,) = client.get("/v1/orders").json()["items"]
    assert [one["product_name"] for one in listed["lines"]] == ["滚筒洗衣机", "滤芯"]


def test_the_product_names_of_a_page_of_orders_are_read_by_one_statement(
    registry: Running,
) -> None:
    order = {"ordered_at": "2026-01-31T15:59:59Z", "currency": "CNY"}
    for number in range(3):
        lines = [line(product_code=f"P-{number}-{part}") for part in range(2)]
        path = f"/v1/orders/by-external-id/shop/{number}"
        registry.client.put(path, json=order | {"lines": lines})
    statements: list[str] = []

    def note(*execution: Any) -> None:
        statements.append(execution[2])

    with registry.database.transaction() as session:
        rows = session.scalars(select(Order)).all()
        event.listen(registry.database.engine, "before_cursor_execute", note)
        names = product_names(session, rows)
        event.remove(registry.database.engine, "before_cursor_execute", note)
    assert (len(names), len(statements)) == (6, 1)


def test_a_product_code_with_control_characters_does_not_hide_a_change(
    client: httpx.Client,
) -> None:
    """A code that contains the separators of the digest could look like two lines."""
    path = "/v1/orders/by-external-id/shop/O-3"
    body = {"ordered_at": "2026-01-31T15:59:59Z", "currency": "CNY"}
    two = body | {"lines": [line(product_code="A"), line(product_code="B")]}
    assert client.put(path, json=two).status_code == 201
    one = body | {"lines": [line(product_code="A\x1f1\x1f10\x1f0\x1f\x1fB")]}
    for order, version in ((two, 1), (one, 2), (one, 2)):
        answer = client.put(path, json=order).json()
        assert (answer["version"], len(answer["lines"])) == (version, len(order["lines"]))


def test_the_business_day_is_local_not_utc(client: httpx.Client) -> None:
    anonymous = ORDER | {"customer": None}
    for moment, day in (
        ("2026-01-31T15:59:59Z", "2026-01-31"),
        ("2026-01-31T16:00:00Z", "2026-02-01"),
    ):
        path = f"/v1/orders/by-external-id/shop/{moment}"
        body = {name: value for name, value in anonymous.items() if name != "external_id"} | {
            "ordered_at": moment
        }
        assert client.put(path, json=body).json()["occurred_on"] == day


def test_a_placed_order_is_published_with_all_its_lines_and_its_products(
    registry: Running, customer: dict[str, Any]
) -> None:
    registry.client.post("/v1/orders", json=ORDER)
    (placed,) = registry.recorded(OrderPlaced)
    assert str(placed.customer_id) == customer["id"]
    assert [str(line.quantity) for line in placed.lines] == ["2", "3"]
    products = registry.recorded(ProductChanged)
    assert [(event.code, event.name) for event in products] == [
        ("WM-800", "WM-800"),
        ("FILTER", "滤芯"),
    ]


@pytest.mark.usefixtures("customer")
def test_an_order_of_returned_items_is_a_return_whose_discount_reduces_the_refund(
    registry: Running,
) -> None:
    lines = [line(quantity="-2", unit_price="50", discount="10")]
    body = registry.client.post("/v1/orders", json=ORDER | {"lines": lines}).json()
    assert body["amount"] == "-90"
    assert len(registry.recorded(OrderReturned)) == 1


@pytest.mark.both_stacks
@pytest.mark.usefixtures("customer")
def test_upserting_the_same_order_changes_nothing_and_a_changed_one_raises_its_version(
    registry: Running,
) -> None:
    path = "/v1/orders/by-external-id/shop/O-1"
    body = {name: value for name, value in ORDER.items() if name != "external_id"}
    first = registry.client.put(path, json=body)
    same = registry.client.put(
        path, json=body | {"lines": [ORDER["lines"][0] | {"unit_price": "2599"}, ORDER["lines"][1]]}
    )
    assert (first.status_code, same.status_code) == (201, 200)
    assert first.headers["Location"] == f"/v1/orders/{first.json()['id']}"
    assert "Location" not in same.headers
    assert same.json() == first.json()
    changed = registry.client.put(path, json=body | {"lines": [line()]}).json()
    assert (changed["version"], changed["amount"], len(changed["lines"])) == (2, "10", 1)
    assert [event.version for event in registry.recorded(OrderPlaced, OrderChanged)] == [1, 2]


@pytest.mark.usefixtures("customer")
def test_a_recorded_order_is_not_placed_again(client: httpx.Client) -> None:
    assert client.post("/v1/orders", json=ORDER).status_code == 201
    for again in (ORDER, ORDER | {"lines": [line()]}):
        answer = client.post("/v1/orders", json=again)
        assert (answer.status_code, answer.json()["code"]) == (409, "external_id_taken")
    (order,) = client.get("/v1/orders").json()["items"]
    assert (order["version"], order["amount"]) == (1, "5100")


@pytest.mark.usefixtures("customer")
def test_a_recorded_order_is_refused_before_anything_is_written(registry: Running) -> None:
    registry.client.post("/v1/orders", json=ORDER)
    events_before = registry.recorded(OrderPlaced, OrderChanged, ProductChanged)
    again = OrderCreate.model_validate_json(
        orjson.dumps(ORDER | {"lines": [line(product_code="X")]})
    )
    request = OrderRequest(
        order=again.order("shop", "O-1", zone=ZoneInfo("Asia/Shanghai")),
        buyer=again.customer_external_id,
        product_names=again.product_names(),
    )
    with registry.database.transaction() as session, pytest.raises(Conflict):
        place_order(session, request=request, reader=SYSTEM_READER)
    (order,) = registry.client.get("/v1/orders").json()["items"]
    assert (order["version"], order["amount"]) == (1, "5100")
    assert registry.recorded(OrderPlaced, OrderChanged, ProductChanged) == events_before


BAD: list[tuple[dict[str, Any], str]] = [
    # changed fields of ORDER, and the pointer of the first fault
    ({"customer": {"system": "erp", "id": "18"}}, "/customer"),
    ({"customer_id": "0199a7c0-0000-7000-8000-000000000000"}, "/customer_id"),
    ({"customer": {"system": "a:b", "id": "17"}}, "/customer/system"),
    ({"external_id": {"system": "a:b", "id": "O-1"}}, "/external_id/system"),
    ({"lines": []}, "/lines"),
    ({"lines": [line()] * 2001}, "/lines"),
    ({"lines": [line(quantity="0")]}, "/lines/0/quantity"),
    ({"lines": [line(quantity="1e3")]}, "/lines/0/quantity"),
    ({"lines": [line() | {"quantity": 1}]}, "/lines/0/quantity"),
    ({"lines": [line(unit_price="-1")]}, "/lines/0/unit_price"),
    ({"lines": [line(unit_price="NaN")]}, "/lines/0/unit_price"),
    ({"lines": [line(unit_price="9" * 16)]}, "/lines/0/unit_price"),
    ({"lines": [line(), line(discount="11")]}, "/lines/1/discount"),
    ({"currency": "XYZ"}, "/currency"),
    ({"ordered_at": "2026-01-31T09:00:00"}, "/ordered_at"),
    ({"ordered_at": 1767225600}, "/ordered_at"),
    ({"ordered_at": "0001-01-01T00:00:00Z"}, "/ordered_at"),
    ({"faulty": "false"}, "/faulty"),
]


@pytest.mark.usefixtures("customer")
@pytest.mark.parametrize(("change", "pointer"), BAD)
def test_bad_input_is_refused_with_its_pointer_and_changes_nothing(
    registry: Running, change: dict[str, Any], pointer: str
) -> None:
    before = len(registry.recorded())
    answer = registry.client.post("/v1/orders", json=ORDER | change)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert len(registry.recorded()) == before


@pytest.mark.usefixtures("customer")
def test_an_order_is_visible_only_to_keys_that_see_its_customer(registry: Running) -> None:
    order = registry.client.post("/v1/orders", json=ORDER).json()
    anonymous = ORDER | {"customer": None, "external_id": {"system": "shop", "id": "O-2"}}
    assert registry.client.post("/v1/orders", json=anonymous).status_code == 201
    for name, seen in (("li.na", [order["id"]]), ("wang.wei", [])):
        with registry.as_caller(of_user(name)) as client:
            assert [one["id"] for one in client.get("/v1/orders").json()["items"]] == seen
            assert client.get(f"/v1/orders/{order['id']}").status_code == (200 if seen else 404)
            path = "/v1/orders/by-external-id/shop/O-1"
            body = {
                name: value
                for name, value in ORDER.items()
                if name not in {"external_id", "customer"}
            }
            if not seen:
                assert client.put(path, json=body).status_code == 404
                again = body | {"external_id": ORDER["external_id"]}
                assert client.post("/v1/orders", json=again).status_code == 404


def test_an_invisible_customer_is_refused_like_an_unknown_one(
    registry: Running, customer: dict[str, Any]
) -> None:
    """Promise P7: sending an order does not reveal whether an invisible customer exists."""
    body = {name: value for name, value in ORDER.items() if name not in {"external_id", "customer"}}
    invisible: list[dict[str, Any]] = [
        {"customer": {"system": "erp", "id": "17"}},
        {"customer_id": customer["id"]},
    ]
    unknown: list[dict[str, Any]] = [
        {"customer": {"system": "erp", "id": "18"}},
        {"customer_id": "0199a7c0-0000-7000-8000-000000000000"},
    ]
    before = len(registry.recorded())
    with registry.as_caller(of_user("wang.wei")) as client:
        for path in ("/v1/orders", "/v1/orders/by-external-id/shop/O-1"):
            verb, key = ("PUT", {}) if path.endswith("O-1") else ("POST", {"external_id": ID})
            problems = [
                client.request(verb, path, json=body | key | buyer).json() | {"request_id": ""}
                for buyer in invisible + unknown
            ]
            assert problems[:2] == problems[2:]
            assert {one["errors"][0]["code"] for one in problems} == {"unknown_customer"}
    assert len(registry.recorded()) == before


@pytest.mark.usefixtures("customer")
def test_p7_a_limited_key_adds_products_and_renames_none(registry: Running) -> None:
    """Promise P7: products have no owner, so a key that sees only some rows cannot change them."""
    assert registry.client.post("/v1/orders", json=ORDER).status_code == 201
    lines = [
        {"product_code": "FILTER", "product_name": "renamed", "quantity": "1", "unit_price": "1"},
        {"product_code": "NEW", "product_name": "新", "quantity": "1", "unit_price": "1"},
    ]
    body = {name: value for name, value in ORDER.items() if name != "external_id"} | {
        "lines": lines
    }
    path = "/v1/orders/by-external-id/shop/O-9"
    with registry.as_caller(of_user("li.na")) as client:
        assert client.put(path, json=body).status_code == 201
    products = registry.client.get("/v1/products").json()["items"]
    named = {one["code"]: (one["name"], one["version"]) for one in products}
    assert (named["FILTER"], named["NEW"]) == (("滤芯", 1), ("新", 1))


def test_only_a_key_that_sees_all_rows_can_record_an_anonymous_order(registry: Running) -> None:
    """A key that sees only some rows would not see an anonymous order that it has recorded."""
    anonymous = {name: value for name, value in ORDER.items() if name != "customer"}
    with registry.as_caller(of_user("wang.wei")) as client:
        answer = client.post("/v1/orders", json=anonymous)
    fault = answer.json()["errors"][0]
    assert (answer.status_code, fault["pointer"]) == (422, "/customer")
    assert registry.client.post("/v1/orders", json=anonymous).status_code == 201


def test_a_system_in_a_path_has_no_colon(client: httpx.Client) -> None:
    body = {name: value for name, value in ORDER.items() if name not in {"external_id", "customer"}}
    refused = client.put("/v1/orders/by-external-id/a:b/O-1", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "colon")


@pytest.mark.both_stacks
@pytest.mark.usefixtures("customer")
def test_orders_are_listed_by_customer_day_and_external_id(client: httpx.Client) -> None:
    order = client.post("/v1/orders", json=ORDER).json()
    for wanted, count in (
        ({"customer_id": order["customer_id"]}, 1),
        ({"external_id": "shop:O-1"}, 1),
        ({"external_id": "shop:O-9"}, 0),
        ({"from": "2026-01-31", "to": "2026-01-31"}, 1),
        ({"from": "2026-02-01"}, 0),
        ({"to": "2026-01-30"}, 0),
    ):
        assert len(client.get("/v1/orders", params=wanted).json()["items"]) == count, wanted


def test_orders_from_a_day_after_the_last_one_are_refused(client: httpx.Client) -> None:
    answer = client.get("/v1/orders", params={"from": "2026-06-01", "to": "2026-01-01"})
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("query:from", "empty_range")
    assert fault["message"] == "This range is empty. Give an earlier `from` or a later `to`."


def test_a_changed_order_stays_at_its_position_in_the_list(client: httpx.Client) -> None:
    """The list is sorted by `id`, which never changes, and not by `recorded_at`, which does."""
    body = {name: value for name, value in ORDER.items() if name not in {"external_id", "customer"}}
    for name in "abc":
        client.put(f"/v1/orders/by-external-id/shop/{name}", json=body)
    client.put("/v1/orders/by-external-id/shop/b", json=body | {"faulty": True})
    listed = client.get("/v1/orders", params={"sort": "-id"}).json()["items"]
    shown = [(each["external_id"]["id"], each["version"]) for each in listed]
    assert shown == [("c", 1), ("b", 2), ("a", 1)]
