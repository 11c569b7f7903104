"""The list of customers: its sorts, its filters, and the tags that are stored for one of them."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from services.registry.customers.customer import service
from services.registry.customers.customer.domain import ExternalId, Record
from shared.contracts.registry.customer import CustomerKind, CustomerNature
from shared.http.identity import Identity
from shared.row_access import Rows
from tests.services.colleagues import team, user
from tests.services.harness import Running

PERSON: dict[str, Any] = {"kind": "person", "nature": "household"}


def register(client: httpx.Client, name: str, **fields: Any) -> dict[str, Any]:
    """Register a person and return the response body."""
    answer = client.post("/v1/customers", json=PERSON | {"name": name} | fields)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def names(client: httpx.Client, **params: Any) -> list[str]:
    """Return the names of the customers that the list shows for these parameters."""
    answer = client.get("/v1/customers", params=params)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


def change(client: httpx.Client, customer: dict[str, Any], **fields: Any) -> None:
    """Change a customer that has not been changed since it was registered."""
    answer = client.patch(
        f"/v1/customers/{customer['id']}", json=fields, headers={"If-Match": '"1"'}
    )
    assert answer.status_code == 200, answer.text


@pytest.mark.both_stacks
def test_customers_are_sorted_by_registration_name_or_last_change(client: httpx.Client) -> None:
    """Names sort by code points: capital letters before small ones, Chinese after both."""
    bodies = [register(client, name) for name in ("b", "王", "B", "a")]
    change(client, bodies[0], city="苏州")
    assert names(client) == ["b", "王", "B", "a"]
    assert names(client, sort="name") == ["B", "a", "b", "王"]
    assert names(client, sort="-changed_at") == ["b", "a", "B", "王"]


@pytest.mark.both_stacks
def test_a_customer_is_found_by_each_of_its_present_tags(client: httpx.Client) -> None:
    first = register(client, "a", tags=["重点客户", "家电", "家电"])
    register(client, "b", tags=["家电"])
    assert names(client, tag="家电") == ["a", "b"]
    assert names(client, tag="重点客户") == ["a"]
    change(client, first, tags=["家电2"])
    assert names(client, tag="家电") == ["b"]
    assert names(client, tag="家电2") == ["a"]
    assert names(client, tag="重点客户") == []


def test_a_tag_that_is_given_twice_is_stored_once_in_the_given_order(client: httpx.Client) -> None:
    customer = register(client, "a", tags=["家电", "重点客户", "家电"])
    assert customer["tags"] == ["家电", "重点客户"]
    change(client, customer, tags=["c", "a", "c", "b", "a"])
    assert client.get(f"/v1/customers/{customer['id']}").json()["tags"] == ["c", "a", "b"]


@pytest.mark.both_stacks
def test_tags_of_imported_customers_are_found(registry: Running) -> None:
    record = Record(name="a", kind=CustomerKind.UNKNOWN, nature=CustomerNature.UNKNOWN, tags=("x",))
    for tags in (("x",), ("y",)):
        with registry.database.transaction() as session:
            new = replace(record, tags=tags)
            service.upsert_customers(session, records={ExternalId("erp", "1"): new}, by="import")
        assert [names(registry.client, tag=tag) for tag in ("x", "y")].count(["a"]) == 1
        assert names(registry.client, tag=tags[0]) == ["a"]


@pytest.mark.both_stacks
def test_customers_without_a_class_a_team_or_tags_are_listed(registry: Running) -> None:
    """Each of them, those that lack all, in every sort, and only those that the key sees."""
    client = registry.client
    register(client, "a", team=team("east"))
    register(client, "b", tags=["x"], owner=user("li.na"))
    register(client, "c", city="苏州")
    for without, expected in [
        ("class", ["a", "b", "c"]),
        ("team", ["b", "c"]),
        ("tag", ["a", "c"]),
        ("owner,tag", ["a", "c"]),
        ("team,tag,class", ["c"]),
    ]:
        for sort in ("name", "value_points"):
            assert names(client, without=without, sort=sort) == expected, without
    assert names(client, without="tag", city="苏州") == ["c"]
    with registry.as_caller(Identity("key-1", "", frozenset(), Rows.TEAM, team("east"))) as limited:
        assert names(limited, without="class,tag") == ["a"]
        assert names(limited, without="team") == []


def test_a_time_range_begins_inclusive_and_ends_exclusive(client: httpx.Client) -> None:
    first, second = register(client, "a"), register(client, "b")
    early, late = first["registered_at"], second["registered_at"]
    assert early < late
    assert names(client, registered_from=early) == ["a", "b"]
    assert names(client, registered_from=late) == ["b"]
    assert names(client, registered_from=early, registered_before=late) == ["a"]
    assert names(client, changed_from=late) == ["b"]
    assert names(client, changed_before=late) == ["a"]


def test_a_time_without_an_offset_is_refused(client: httpx.Client) -> None:
    answer = client.get("/v1/customers", params={"registered_from": "2026-01-31T09:30:00"})
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"]) == (422, "query:registered_from")


def test_filters_can_be_combined(client: httpx.Client) -> None:
    shop = {"kind": "organisation", "nature": "retailer"}
    register(client, "a", **shop, retail_format="supermarket", city="苏州", ownership="private")
    register(client, "b", **shop, retail_format="supermarket", city="上海", disqualified=True)
    register(client, "c", internal=True, city="苏州")
    assert names(client, city="苏州") == ["a", "c"]
    assert names(client, city="苏州", retail_format="supermarket") == ["a"]
    assert names(client, ownership="private", kind="organisation") == ["a"]
    assert names(client, internal="true") == ["c"]
    assert names(client, internal="false", disqualified="false") == ["a"]


@pytest.mark.both_stacks
def test_p7_a_limited_key_counts_and_finds_only_what_it_sees(registry: Running) -> None:
    """P7: `ids`, totals and facets leave out the customers of other teams."""
    east = register(registry.client, "a", team=team("east"), tags=["x"])
    west = register(registry.client, "b", team=team("west"), tags=["x"])
    with registry.as_caller(Identity("key-1", "", frozenset(), Rows.TEAM, team("east"))) as limited:
        params = {"ids": f"{east['id']},{west['id']}", "count": "true", "facets": "team"}
        page = limited.get("/v1/customers", params=params).json()
        assert [item["id"] for item in page["items"]] == [east["id"]]
        assert page["total"] == {"value": 1, "exact": True}
        assert page["facets"][0]["values"] == [{"value": team("east"), "count": 1}]
        assert names(limited, tag="x", sort="-name") == ["a"]


@pytest.mark.parametrize("letter", ["汉", "😀", '"', "\\"])
def test_the_page_behind_the_longest_possible_name_is_read(
    client: httpx.Client, letter: str
) -> None:
    longest = letter * 200
    register(client, longest)
    register(client, longest)
    first = client.get("/v1/customers", params={"sort": "name", "limit": 1})
    second = client.get(first.links["next"]["url"])
    assert second.status_code == 200, second.text
    assert [item["name"] for item in second.json()["items"]] == [longest]
