"""Products over HTTP."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from shared.contracts.registry.product import ProductChanged, ProductState
from shared.http.conditional import version_in
from shared.http.identity import Identity
from shared.row_access import Rows
from tests.services.harness import Running

WASHER: dict[str, Any] = {
    "name": "滚筒洗衣机 8 kg",
    "category": "洗衣机",
    "unit_price": "2599",
    "lifetime_days": 3650,
    "purchase_cycle_days": 2920,
}
PATH = "/v1/products/by-code/WM-800"


def test_a_product_can_be_read_back(client: httpx.Client) -> None:
    answer = client.post("/v1/products", json=WASHER | {"code": "WM-800"})
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert {name: body[name] for name in WASHER} == WASHER
    assert (body["currency"], body["version"]) == ("CNY", 1)
    read = client.get(answer.headers["Location"])
    assert (read.json(), version_in(read.headers["ETag"])) == (body, 1)
    assert client.get("/v1/products").json()["items"] == [body]
    assert client.post("/v1/products", json=WASHER | {"code": "WM-800"}).status_code == 409


@pytest.mark.both_stacks
def test_upserting_the_same_product_changes_nothing_and_a_new_price_raises_its_version(
    registry: Running,
) -> None:
    answers = [registry.client.put(PATH, json=WASHER) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].headers["Location"] == f"/v1/products/{answers[0].json()['id']}"
    assert "Location" not in answers[1].headers
    assert answers[0].json() == answers[1].json()
    changed = registry.client.put(PATH, json=WASHER | {"unit_price": "19.90", "currency": "USD"})
    assert (changed.json()["unit_price"], version_in(changed.headers["ETag"])) == ("19.9", 2)
    facts = registry.recorded(ProductChanged)
    assert [event.version for event in facts] == [1, 2]
    assert (facts[-1].unit_price, facts[-1].currency) == (Decimal("19.9"), "USD")
    assert [event.version for event in registry.recorded(ProductState)] == [1, 2]


def test_a_product_without_a_price_has_no_currency(client: httpx.Client) -> None:
    body = client.put(PATH, json={"name": "滤芯"}).json()
    assert (body["unit_price"], body["currency"]) == (None, None)


@pytest.mark.parametrize("rows", [Rows.OWN, Rows.TEAM])
def test_every_key_reads_the_catalogue_and_only_keys_that_see_all_rows_change_it(
    registry: Running, rows: Rows
) -> None:
    """Promise P7: products have no owner, so a key that sees only some rows cannot change them."""
    product = registry.client.put(PATH, json=WASHER).json()
    with registry.as_caller(Identity("li.na", "", frozenset(), rows, "east")) as client:
        for refused in (
            client.put(PATH, json=WASHER | {"unit_price": "1"}),
            client.put("/v1/products/by-code/NEW", json=WASHER),
            client.post("/v1/products", json=WASHER | {"code": "NEW"}),
        ):
            assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert client.get("/v1/products").json()["items"] == [product]
        assert client.get(f"/v1/products/{product['id']}").json() == product


@pytest.mark.both_stacks
def test_products_are_found_by_code_and_category(client: httpx.Client) -> None:
    for code, category in (("A", "洗衣机"), ("a", "冰箱"), ("B", "冰箱")):
        client.put(f"/v1/products/by-code/{code}", json={"name": code, "category": category})
    for query, codes in (({"code": "a"}, ["a"]), ({"category": "冰箱"}, ["a", "B"])):
        items = client.get("/v1/products", params=query).json()["items"]
        assert [item["code"] for item in items] == codes


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"unit_price": "-1"}, "/unit_price"),
        ({"unit_price": 5}, "/unit_price"),
        ({"unit_price": "1e3"}, "/unit_price"),
        ({"currency": "RMB"}, "/currency"),
        ({"lifetime_days": 0}, "/lifetime_days"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_bad_input_is_refused_with_its_pointer_and_changes_nothing(
    registry: Running, change: dict[str, Any], pointer: str
) -> None:
    answer = registry.client.put(PATH, json=WASHER | change)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert registry.recorded() == []


@pytest.mark.both_stacks
def test_products_are_sorted_and_found_by_code_and_the_beginning_of_the_name(
    client: httpx.Client,
) -> None:
    """Upper and lower case differ, and `%` stands for itself."""
    for code, name in [("3", "abc"), ("1", "ABd"), ("2", "ab%"), ("4", "b")]:
        client.post("/v1/products", json=WASHER | {"code": code, "name": name})

    def codes(**params: str) -> str:
        items = client.get("/v1/products", params=params).json()["items"]
        return "".join(item["code"] for item in items)

    assert codes() == "3124"
    assert codes(sort="code") == "1234"
    assert codes(sort="-name") == "4321"
    assert codes(name_prefix="ab") == "32"
    assert codes(name_prefix="ab%") == "2"
    assert codes(name_prefix="A", sort="name") == "1"


@pytest.mark.both_stacks
def test_some_fields_of_a_product_with_a_slash_in_its_code_are_changed(registry: Running) -> None:
    client = registry.client
    product = client.put("/v1/products/by-code/M6%2F20%25", json=WASHER).json()
    assert product["code"] == "M6/20%"
    path, any_version = f"/v1/products/{product['id']}", {"If-Match": "*"}
    changed = client.patch(path, json={"unit_price": "9", "category": None}, headers=any_version)
    expected = product | {"unit_price": "9", "category": None, "version": 2}
    assert changed.json() == expected | {"changed_at": changed.json()["changed_at"]}
    assert client.get(path).json() == changed.json()
    same = client.patch(path, json={"unit_price": "9.00"}, headers={"If-Match": '"2"'})
    assert same.json() == changed.json()
    assert [event.version for event in registry.recorded(ProductState)] == [1, 2]
    unnamed = client.patch(path, json={"name": None}, headers=any_version)
    assert unnamed.json()["errors"][0]["pointer"] == "/name"


def test_a_price_that_a_change_adds_is_in_the_stored_currency_or_that_of_the_company(
    client: httpx.Client,
) -> None:
    any_version = {"If-Match": "*"}
    for body, currency in (({"currency": "USD"}, "USD"), ({}, "CNY")):
        product = client.put(PATH, json={"name": "滤芯"} | body).json()
        path = f"/v1/products/{product['id']}"
        changed = client.patch(path, json={"unit_price": "5"}, headers=any_version)
        assert changed.json()["currency"] == currency
