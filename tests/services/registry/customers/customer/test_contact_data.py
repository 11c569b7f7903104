"""E-mail addresses, phone numbers and countries of customers over HTTP."""

from typing import Any

import httpx
import pytest
from sqlalchemy import update

from services.registry.customers.customer.models import Customer
from shared.contracts.registry.customer import CustomerState
from tests.services.harness import Running


def registered(client: httpx.Client, **fields: Any) -> dict[str, Any]:
    """Register a customer with these fields; return the response body."""
    answer = client.post("/v1/customers", json={"name": "王强"} | fields)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.both_stacks
def test_a_phone_number_is_stored_as_written_and_in_e164(registry: Running) -> None:
    body = registered(registry.client, phone="(021) 5555-0100 转8008", email="Buyer@Example.COM")
    expected = {
        "phone": "(021) 5555-0100 转8008",
        "phone_e164": "+862155550100",
        "email": "Buyer@example.com",
        "country": None,
    }
    (listed,) = registry.client.get("/v1/customers").json()["items"]
    read = registry.client.get(f"/v1/customers/{body['id']}").json()
    (state,) = registry.recorded(CustomerState)
    published = {name: getattr(state, name) for name in expected}
    for found in (body, listed, read, published):
        assert {name: found[name] for name in expected} == expected
    path, matching = f"/v1/customers/{body['id']}", {"If-Match": '"1"'}
    german = {"country": "DE", "phone": "030 123456"}
    changed = registry.client.patch(path, json=german, headers=matching).json()
    assert changed["phone_e164"] == "+4930123456"
    (newest, _) = registry.client.get(f"{path}/history").json()["items"]
    assert newest["changes"]["phone_e164"] == {"from": "+862155550100", "to": "+4930123456"}
    assert registry.recorded(CustomerState)[-1].country == "DE"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"email": "buyer"}, "email"),
        ({"phone": "unknown"}, "phone"),
        ({"phone": "020-88888888/020-99999999"}, "phone"),
        ({"country": "XY"}, "country"),
    ],
)
def test_an_address_or_number_that_cannot_exist_is_refused_with_its_pointer(
    client: httpx.Client, method: str, change: dict[str, str], code: str
) -> None:
    path = {"POST": "/v1/customers", "PUT": "/v1/customers/by-external-id/erp/18"}.get(method)
    body = change if method == "PATCH" else {"name": "王强"} | change
    path = path or f"/v1/customers/{registered(client)['id']}"
    conditions = {"If-Match": '"1"'} if method == "PATCH" else {}
    answer = client.request(method, path, json=body, headers=conditions)
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["code"]) == (422, code)
    assert fault["pointer"] == f"/{next(iter(change))}"
    assert "Give " in fault["message"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        (
            {"email": "x", "phone": "abc", "kind": "person", "nature": "retailer"}
            | {"ownership": "state"},
            {"/email", "/phone", "/nature", "/ownership"},
        ),
        ({"name": "", "country": "cn", "phone": "abc"}, {"/name", "/country", "/phone"}),
        ({"country": "cn", "phone": "02155550100", "tags": [1]}, {"/country", "/tags/0"}),
        ({"nature": "shop", "retail_format": "supermarket", "ours": 1}, {"/nature", "/ours"}),
        ({"kind": "human", "nature": "household", "ownership": "state"}, {"/kind"}),
    ],
)
def test_all_faults_of_a_body_are_answered_together_unless_one_hides_another(
    client: httpx.Client, method: str, change: dict[str, Any], pointers: set[str]
) -> None:
    path = {"POST": "/v1/customers", "PUT": "/v1/customers/by-external-id/erp/18"}.get(method)
    body = change if method == "PATCH" else {"name": "王强"} | change
    path = path or f"/v1/customers/{registered(client)['id']}"
    conditions = {"If-Match": '"1"'} if method == "PATCH" else {}
    answer = client.request(method, path, json=body, headers=conditions)
    found = [fault["pointer"] for fault in answer.json()["errors"]]
    assert (answer.status_code, sorted(found)) == (422, sorted(pointers))


def test_a_stored_address_and_number_that_are_refused_today_stay_while_other_fields_change(
    registry: Running,
) -> None:
    body = registered(registry.client, phone="021 5555 0100")
    with registry.database.transaction() as session:
        session.execute(update(Customer).values(phone="none", email="none", phone_e164=None))
    path, matching = f"/v1/customers/{body['id']}", {"If-Match": '"1"'}
    change = {"city": "柏林", "country": "DE"}
    changed = registry.client.patch(path, json=change, headers=matching).json()
    assert (changed["phone"], changed["email"], changed["phone_e164"]) == ("none", "none", None)
    assert changed.items() >= change.items()


@pytest.mark.both_stacks
def test_a_customer_is_found_by_the_digits_of_the_phone_number(client: httpx.Client) -> None:
    registered(client, phone="(021) 5555-0100")
    for query in ("+862155550100", "862155550100", "02155550100", "+86 5555-0100", "021 5555-01"):
        found = client.get("/v1/customers", params={"q": query}).json()["items"]
        assert len(found) == 1, query
    assert client.get("/v1/customers", params={"q": "+862155550101"}).json()["items"] == []
