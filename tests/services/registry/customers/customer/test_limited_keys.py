"""Customers as keys that see some rows put them on record: never out of their own sight."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from shared.contracts.registry.customer import CustomerChanged, CustomerRegistered
from shared.http.identity import Identity
from shared.row_access import Rows
from tests.services.harness import Running

NEW: dict[str, Any] = {"name": "王强", "kind": "person", "nature": "household"}
PLACE = "/v1/customers/by-external-id/shop/1"
SIGHT = {Rows.OWN: ("owner", "key-1"), Rows.TEAM: ("team", "east")}


@pytest.fixture(params=list(SIGHT))
def rows(request: pytest.FixtureRequest) -> Rows:
    return Rows(request.param)


@pytest.fixture
def limited(registry: Running, rows: Rows) -> Iterator[httpx.Client]:
    """Give a client whose key sees its own customers or those of its team."""
    with registry.as_caller(Identity("key-1", "", frozenset(), rows, "east")) as client:
        yield client


def test_what_a_limited_key_makes_it_sees(limited: httpx.Client, rows: Rows) -> None:
    """P7: without owner or team a new customer gets those of the key."""
    field, own = SIGHT[rows]
    answers = [limited.put(PLACE, json=NEW) for _ in range(2)]
    answers.append(limited.post("/v1/customers", json=NEW | {field: own}))
    answers.append(limited.post("/v1/customers", json=NEW | {field: None}))
    assert [answer.status_code for answer in answers] == [201, 200, 201, 201]
    for answer in answers:
        read = limited.get(f"/v1/customers/{answer.json()['id']}")
        assert (read.status_code, read.json()[field]) == (200, own)


def test_a_limited_key_gives_no_customer_away(
    registry: Running, limited: httpx.Client, rows: Rows
) -> None:
    """P7: another owner or team would hide the customer from the key."""
    field, own = SIGHT[rows]
    made = limited.put("/v1/customers/by-external-id/shop/2", json=NEW).json()
    one, matching = f"/v1/customers/{made['id']}", {"If-Match": '"1"'}
    away = NEW | {field: "another"}
    for refused in (
        limited.post("/v1/customers", json=away),
        limited.put(PLACE, json=away),
        limited.put("/v1/customers/by-external-id/shop/2", json=away),
        limited.patch(one, json={field: "another"}, headers=matching),
        limited.patch(one, json={field: None}, headers=matching),
    ):
        assert refused.status_code == 422, refused.text
        (fault,) = refused.json()["errors"]
        assert (fault["pointer"], fault["code"]) == (f"/{field}", "out_of_sight")
    assert limited.get(one).json()[field] == own
    assert len(registry.recorded(CustomerRegistered, CustomerChanged)) == 1


def test_a_limited_key_changes_what_it_keeps_in_sight(limited: httpx.Client, rows: Rows) -> None:
    made = limited.post("/v1/customers", json=NEW).json()
    other = {"owner": "team", "team": "owner"}[SIGHT[rows][0]]
    change = {"city": "北京", other: "another"}
    changed = limited.patch(f"/v1/customers/{made['id']}", json=change, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()[other]) == (200, "another")


def test_a_key_that_sees_all_gives_customers_to_anybody(client: httpx.Client) -> None:
    for owner in ("li.na", "zhang.wei", None):
        answer = client.put(PLACE, json=NEW | {"owner": owner, "team": owner})
        assert answer.is_success
        assert (answer.json()["owner"], answer.json()["team"]) == (owner, owner)
