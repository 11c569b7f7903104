"""Customers over HTTP."""

from typing import Any

import httpx
import pytest
from sqlalchemy import update

from services.registry.customers.customer import service
from services.registry.customers.customer.domain import (
    ExternalId,
    Record,
)
from services.registry.customers.customer.models import Customer
from shared.contracts.registry.customer import CustomerChanged, CustomerRegistered, CustomerState
from shared.http.conditional import version_in
from shared.http.identity import Identity
from shared.row_access import Rows
from tests.services.colleagues import team, user
from tests.services.harness import Running

SHOP: dict[str, Any] = {
    "external_ids": [{"system": "erp", "id": "17"}],
    "name": "华东百货",
    "name_en": "East China Department Store",
    "kind": "organisation",
    "nature": "retailer",
    "retail_format": "department_store",
    "city": "上海",
    "owner": user("li.na"),
    "team": team("east"),
}


def registered(client: httpx.Client, **changes: Any) -> dict[str, Any]:
    """Register the customer SHOP with some changed fields; return the response body."""
    answer = client.post("/v1/customers", json=SHOP | changes)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_registered_customer_can_be_read_back(client: httpx.Client) -> None:
    answer = client.post("/v1/customers", json=SHOP)
    assert answer.status_code == 201
    read = client.get(answer.headers["Location"])
    assert read.json() == answer.json()
    assert read.json().items() >= SHOP.items()
    assert version_in(read.headers["ETag"]) == 1


def test_the_fact_about_a_registration_has_no_personal_data(registry: Running) -> None:
    body = registered(registry.client, email="buyer@example.com")
    fact, state = registry.recorded()
    assert isinstance(fact, CustomerRegistered)
    assert str(fact.customer_id) == body["id"]
    assert not {"name", "email", "phone"} & set(CustomerRegistered.__slots__)
    assert isinstance(state, CustomerState)
    assert (state.name, state.email) == ("华东百货", "buyer@example.com")


def test_kind_and_nature_may_be_left_out(client: httpx.Client) -> None:
    answer = client.post("/v1/customers", json={"name": "王强"})
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["kind"], body["nature"]) == ("unknown", "unknown")
    path = f"/v1/customers/{body['id']}"
    known = {"kind": "person", "nature": "household"}
    assert (
        client.patch(path, json=known, headers={"If-Match": '"1"'}).json().items() >= known.items()
    )
    removed = client.patch(path, json={"nature": None}, headers={"If-Match": '"2"'}).json()
    assert (removed["kind"], removed["nature"]) == ("person", "unknown")


def test_an_external_id_of_another_customer_is_refused(client: httpx.Client) -> None:
    registered(client)
    answer = client.post("/v1/customers", json=SHOP | {"name": "Another"})
    assert answer.status_code == 409
    assert answer.json()["code"] == "external_id_taken"
    assert answer.json()["errors"][0]["pointer"] == "/external_ids/0"


@pytest.mark.both_stacks
def test_upserting_the_same_customer_twice_changes_nothing(registry: Running) -> None:
    path = "/v1/customers/by-external-id/erp/17"
    first = registry.client.put(path, json=SHOP)
    second = registry.client.put(path, json=SHOP)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.headers["Location"] == f"/v1/customers/{first.json()['id']}"
    assert "Location" not in second.headers
    assert second.json() == first.json()
    assert len(registry.recorded(CustomerRegistered, CustomerChanged)) == 1


def test_upserting_a_customer_removes_no_external_id(client: httpx.Client) -> None:
    registered(client)
    body = SHOP | {"external_ids": [{"system": "crm", "id": "A1"}]}
    found = client.put("/v1/customers/by-external-id/erp/17", json=body).json()
    assert found["external_ids"] == [
        {"system": "crm", "id": "A1"},
        {"system": "erp", "id": "17"},
    ]


def test_upserting_a_customer_does_not_exceed_the_limit_of_external_ids(
    registry: Running,
) -> None:
    """The stored ids and the id in the path are included in the limit."""
    path = "/v1/customers/by-external-id/erp/17"

    def upsert(first_id: int, count: int) -> httpx.Response:
        ids = [{"system": "crm", "id": str(n)} for n in range(first_id, first_id + count)]
        return registry.client.put(path, json=SHOP | {"external_ids": ids})

    refused = upsert(0, 50)
    assert refused.status_code == 422
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/external_ids"]
    assert [len(upsert(first, 25).json()["external_ids"]) for first in (0, 24)] == [26, 50]
    events = registry.recorded()
    again = upsert(40, 10)
    assert (again.status_code, again.json()["errors"][0]["code"]) == (422, "too_long")
    assert (upsert(39, 10).status_code, registry.recorded()) == (200, events)


def test_null_removes_an_optional_field_and_is_refused_for_a_required_one(
    client: httpx.Client,
) -> None:
    path, matching = "/v1/customers/" + registered(client)["id"], {"If-Match": '"1"'}
    refused = client.patch(path, json={"name": None}, headers=matching)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/name")
    changed = client.patch(path, json={"name_en": None}, headers=matching).json()
    assert (changed["name_en"], changed["name"], changed["tags"]) == (None, "华东百货", [])


def test_the_history_has_the_author_fields_and_reason_of_each_change(client: httpx.Client) -> None:
    path = "/v1/customers/" + registered(client)["id"]
    client.patch(path, json={"city": "北京", "reason": "moved"}, headers={"If-Match": '"1"'})
    newest, oldest = client.get(f"{path}/history").json()["items"]
    assert newest["changes"] == {"city": {"from": "上海", "to": "北京"}}
    assert (newest["changed_by"], newest["reason"]) == ("key-admin", "moved")
    assert (oldest["version"], oldest["changes"]) == (1, {})


def test_pages_contain_every_customer_once(client: httpx.Client) -> None:
    ids = [registered(client, external_ids=[], name=f"C{n}")["id"] for n in range(5)]
    seen, path = [], "/v1/customers?limit=2"
    while path:
        answer = client.get(path)
        seen += [item["id"] for item in answer.json()["items"]]
        path = answer.links["next"]["url"] if "next" in answer.links else ""
    assert seen == ids


@pytest.mark.both_stacks
@pytest.mark.parametrize("q", ["east", "Depart", "百货", "17", "华东百货", "east store"])
def test_a_search_finds_beginnings_of_words_and_pairs_of_chinese_characters(
    client: httpx.Client, q: str
) -> None:
    registered(client)
    registered(client, name="南方", name_en="South", external_ids=[], city=None)
    names = [item["name"] for item in client.get("/v1/customers", params={"q": q}).json()["items"]]
    assert names == ["华东百货"]


@pytest.mark.both_stacks
def test_chinese_characters_and_digits_of_one_word_are_searched_separately(
    client: httpx.Client,
) -> None:
    for name in ("客户098", "客户099", "海尔集团888分店"):
        registered(client, name=name, name_en=None, external_ids=[])
    for q, names in (
        ("客户xyz", []),
        ("客户099", ["客户099"]),
        ("海尔集团999", []),
        ("888", ["海尔集团888分店"]),
    ):
        items = client.get("/v1/customers", params={"q": q}).json()["items"]
        assert [item["name"] for item in items] == names, q


@pytest.mark.both_stacks
def test_a_customer_is_found_by_its_external_id(client: httpx.Client) -> None:
    body = registered(client)
    found = client.get("/v1/customers", params={"external_id": "erp:17"}).json()["items"]
    assert [item["id"] for item in found] == [body["id"]]
    assert client.get("/v1/customers", params={"external_id": "erp:18"}).json()["items"] == []
    assert client.get("/v1/customers", params={"external_id": "erp"}).status_code == 422


def test_a_system_has_no_colon_and_an_id_may_have_one(client: httpx.Client) -> None:
    refused = client.put("/v1/customers/by-external-id/a:b/17", json=SHOP)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "colon")
    body = client.put("/v1/customers/by-external-id/a/b:17", json=SHOP).json()
    path, matching = "/v1/customers/" + body["id"], {"If-Match": '"1"'}
    change = {"external_ids": [{"system": "a:b", "id": "17"}]}
    refused = client.patch(path, json=change, headers=matching)
    assert refused.json()["errors"][0]["pointer"] == "/external_ids/0/system"
    found = client.get("/v1/customers", params={"external_id": "a:b:17"}).json()["items"]
    assert [one["id"] for one in found] == [body["id"]]


def test_a_system_with_a_colon_on_record_can_be_read_and_corrected(
    registry: Running,
) -> None:
    key = ExternalId("a:b", "17")
    with registry.database.transaction() as session:
        service.upsert_customers(session, records={key: Record(name="华东百货")}, by="key")
    (stored,) = registry.client.get("/v1/customers").json()["items"]
    path = f"/v1/customers/{stored['id']}"
    assert registry.client.get(path).json()["external_ids"] == [{"system": "a:b", "id": "17"}]
    moved = registry.client.patch(path, json={"city": "北京"}, headers={"If-Match": '"1"'})
    assert moved.status_code == 200, moved.text
    change = {"external_ids": [{"system": "a", "id": "17"}]}
    corrected = registry.client.patch(path, json=change, headers={"If-Match": '"2"'})
    assert corrected.json()["external_ids"] == change["external_ids"]


def test_a_stored_customer_that_exceeds_a_limit_can_be_read_and_changed(
    registry: Running,
) -> None:
    """Limits apply when a value is written: one row beyond them must not make lists fail."""
    path = f"/v1/customers/{registered(registry.client)['id']}"
    ids = [{"system": "erp", "id": f"{n:02}" if n else ""} for n in range(51)]
    with registry.database.transaction() as session:
        session.execute(update(Customer).values(external_ids=ids, name=" ", tags=["a"] * 51))
    shown = registry.client.get(path).json()
    assert (len(shown["external_ids"]), shown["tags"], shown["name"]) == (51, ["a"] * 51, " ")
    assert registry.client.get("/v1/customers").json()["items"] == [shown]
    moved = registry.client.patch(path, json={"city": "北京"}, headers={"If-Match": '"1"'})
    assert (moved.status_code, moved.json()["tags"]) == (200, shown["tags"])
    change = {"name": "王强", "tags": None, "external_ids": [{"system": "erp", "id": "17"}]}
    corrected = registry.client.patch(path, json=change, headers={"If-Match": '"2"'}).json()
    assert corrected.items() >= (change | {"tags": [], "city": "北京"}).items()


@pytest.mark.both_stacks
def test_a_limited_key_sees_only_its_own_customers_or_those_of_its_team(registry: Running) -> None:
    mine = registered(registry.client, external_ids=[], owner=user("li.na"))
    other = registered(registry.client, external_ids=[], owner=user("wang.wei"), team=team("west"))
    for rows in (Rows.OWN, Rows.TEAM):
        caller = Identity(
            "key-1", "Li Na", frozenset({"read"}), rows, team=team("east"), user=user("li.na")
        )
        with registry.as_caller(caller) as client:
            assert [c["id"] for c in client.get("/v1/customers").json()["items"]] == [mine["id"]]
            assert client.get("/v1/customers/" + other["id"]).status_code == 404
            assert client.get(f"/v1/customers/{other['id']}/history").status_code == 404


def test_a_repeated_idempotency_key_has_one_effect_and_the_same_answer(registry: Running) -> None:
    header = {"Idempotency-Key": "first-try"}
    first = registry.client.post("/v1/customers", json=SHOP, headers=header)
    again = registry.client.post("/v1/customers", json=SHOP, headers=header)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Location"] == first.headers["Location"]
    assert len(registry.recorded(CustomerRegistered)) == 1
    other = registry.client.post("/v1/customers", json=SHOP | {"name": "X"}, headers=header)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


BAD: list[tuple[dict[str, Any], str]] = [
    # changed fields of SHOP, and the pointer of the fault
    ({"name": ""}, "/name"),
    ({"name": 5}, "/name"),
    ({"name": "a\x00b"}, "/name"),
    ({"name": "x" * 201}, "/name"),
    ({"colour": "red"}, "/colour"),
    ({"kind": "robot"}, "/kind"),
    ({"internal": "yes"}, "/internal"),
    ({"internal": 1}, "/internal"),
    ({"nature": "household", "retail_format": None}, "/nature"),
    ({"nature": "wholesaler"}, "/retail_format"),
    ({"external_ids": [{"system": "erp"}]}, "/external_ids/0/id"),
    ({"external_ids": [{"system": "a:b", "id": "1"}]}, "/external_ids/0/system"),
    ({"tags": ["a"] * 51}, "/tags"),
]


@pytest.mark.parametrize(("change", "pointer"), BAD)
def test_bad_input_is_refused_with_its_pointer_and_changes_nothing(
    registry: Running, change: dict[str, Any], pointer: str
) -> None:
    answer = registry.client.post("/v1/customers", json=SHOP | change)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]
    assert registry.recorded() == []


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"{", 400), (b"[]", 422), (b"", 422), (b"\xff\xfe", 400), (b"[" * 100_000, 400)],
)
def test_a_body_that_is_not_a_customer_is_refused(
    client: httpx.Client, content: bytes, status: int
) -> None:
    header = {"Content-Type": "application/json"}
    answer = client.post("/v1/customers", content=content, headers=header)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_large_body_is_refused(client: httpx.Client) -> None:
    answer = client.post("/v1/customers", json=SHOP | {"name": "x" * 10_000_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_an_invented_cursor_is_refused(client: httpx.Client) -> None:
    for cursor in ("x", "W10", "WzFd", "WyJhIl0", "é"):
        answer = client.get("/v1/customers", params={"cursor": cursor})
        assert answer.status_code == 422, cursor


def test_a_request_without_a_token_is_refused(registry: Running) -> None:
    answer = httpx.get(f"{registry.url}/v1/customers")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


def test_a_customer_is_not_deleted_and_the_answer_names_what_to_use_instead(
    client: httpx.Client,
) -> None:
    path = f"/v1/customers/{registered(client)['id']}"
    refused = client.delete(path)
    assert (refused.status_code, refused.headers["Allow"]) == (
        405,
        "GET, HEAD, OPTIONS, PATCH",
    )
    assert refused.json()["code"] == "not_deletable"
    assert "`disqualified`" in refused.json()["detail"]
    version = client.get(path).headers["ETag"]
    marked = client.patch(path, json={"disqualified": True}, headers={"If-Match": version})
    assert marked.json()["disqualified"] is True
