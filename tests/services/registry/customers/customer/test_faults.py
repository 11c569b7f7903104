"""The faults of requests that register or change a customer, over HTTP."""

from typing import Any

import httpx
import pytest

from tests.services.colleagues import of_user
from tests.services.harness import Running
from tests.services.registry.customers.customer.test_routes import registered

METHODS = ["POST", "PUT", "PATCH"]


def sent(client: httpx.Client, method: str, body: dict[str, Any]) -> httpx.Response:
    """Send fields of a customer: of a new one, or of the existing customer `erp:17`."""
    if method == "POST":
        return client.post("/v1/customers", json={"name": "王强"} | body)
    found = registered(client)
    if method == "PUT":
        path = "/v1/customers/by-external-id/erp/17"
        return client.put(path, json={"name": "王强"} | body)
    return client.patch(f"/v1/customers/{found['id']}", json=body, headers={"If-Match": '"1"'})


def pointers(answer: httpx.Response) -> list[str]:
    """Return the pointers of the faults of an error response."""
    return [fault["pointer"] for fault in answer.json()["errors"]]


@pytest.mark.parametrize("method", METHODS)
def test_an_external_id_of_another_customer_is_named_by_its_position_in_the_body(
    client: httpx.Client, method: str
) -> None:
    taken = {"system": "crm", "id": "A1"}
    registered(client, external_ids=[taken])
    free = [{"system": "shop", "id": "9"}, {"system": "shop", "id": "8"}]
    answer = sent(client, method, {"external_ids": [free[0], taken, free[1]]})
    assert (answer.status_code, answer.json()["code"]) == (409, "external_id_taken")
    assert pointers(answer) == ["/external_ids/1"]


def test_all_external_ids_of_other_customers_are_named(client: httpx.Client) -> None:
    taken = [{"system": "crm", "id": "A1"}, {"system": "crm", "id": "A0"}]
    for pair in taken:
        registered(client, external_ids=[pair])
    answer = sent(client, "PUT", {"external_ids": [*taken, {"system": "erp", "id": "17"}]})
    assert (answer.status_code, pointers(answer)) == (409, ["/external_ids/0", "/external_ids/1"])


def test_too_many_external_ids_and_other_faults_are_answered_together(
    client: httpx.Client,
) -> None:
    ids = [{"system": "crm", "id": str(number)} for number in range(50)]
    body = {"name": "", "kind": "person", "ownership": "state", "external_ids": ids}
    answer = client.put("/v1/customers/by-external-id/erp/18", json=body)
    assert (answer.status_code, set(pointers(answer))) == (
        422,
        {"/name", "/ownership", "/external_ids"},
    )
    stored = sent(client, "PUT", {"name": "", "external_ids": ids})
    assert (stored.status_code, set(pointers(stored))) == (422, {"/name", "/external_ids"})


def test_a_required_field_that_is_removed_and_other_faults_are_answered_together(
    client: httpx.Client,
) -> None:
    body = {"name": None, "reason": "", "email": "x", "kind": "person"}
    answer = sent(client, "PATCH", body)
    faults = {fault["pointer"]: fault["code"] for fault in answer.json()["errors"]}
    assert answer.status_code == 422
    assert faults == {
        "/name": "required",
        "/reason": "too_short",
        "/email": "email",
        "/nature": "contradiction",
    }


@pytest.mark.parametrize("body", [{"name": ""}, {"name": "", "extra": 1}])
def test_the_detail_of_an_invalid_customer_is_that_of_every_other_invalid_body(
    client: httpx.Client, body: dict[str, Any]
) -> None:
    customer = client.post("/v1/customers", json=body).json()
    product = client.put("/v1/products/by-code/WM-800", json=body).json()
    assert customer["errors"] == product["errors"]
    assert customer["detail"] == product["detail"]


def test_an_invalid_body_leaves_its_idempotency_key_free_and_a_used_key_is_refused(
    registry: Running,
) -> None:
    key = {"Idempotency-Key": "one"}

    def post(body: dict[str, Any]) -> httpx.Response:
        return registry.client.post("/v1/customers", json=body, headers=key)

    refused = post({"name": "", "email": "x"})
    assert (refused.status_code, set(pointers(refused))) == (422, {"/name", "/email"})
    assert registry.recorded() == []
    assert post({"name": "王强"}).status_code == 201
    again = post({"name": ""})
    assert (again.status_code, again.json()["code"]) == (422, "key_reused")


def test_an_invalid_body_is_422_for_a_customer_that_has_changed_or_that_the_key_does_not_see(
    registry: Running,
) -> None:
    path = f"/v1/customers/{registered(registry.client)['id']}"
    stale = registry.client.patch(path, json={"name": ""}, headers={"If-Match": '"7"'})
    assert (stale.status_code, pointers(stale)) == (422, ["/name"])
    with registry.as_caller(of_user("wang")) as limited:
        path = "/v1/customers/by-external-id/erp/17"
        answers = [limited.put(path, json={"name": name}) for name in ("", "王强")]
    assert [(answer.status_code, pointers(answer)) for answer in answers] == [
        (422, ["/name"]),
        (404, []),
    ]
