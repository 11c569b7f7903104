"""Tests of API keys that see only some rows: they write no customer that they would not see.

Promise P7: a caller reads nothing that the scopes and rows of its API key do not include.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from shared.contracts.registry.customer import CustomerChanged, CustomerRegistered
from shared.http.identity import Identity
from shared.row_access import Rows
from tests.services.colleagues import team, user
from tests.services.harness import Running

NEW: dict[str, Any] = {"name": "王强", "kind": "person", "nature": "household"}
PATH = "/v1/customers/by-external-id/shop/1"
VISIBLE_BY = {Rows.OWN: ("owner", user("li.na")), Rows.TEAM: ("team", team("east"))}
"""The field, and its value, that makes a customer visible to the key of the fixture `limited`."""
ANOTHER = {"owner": user("zhang.wei"), "team": team("west")}


@pytest.fixture(params=list(VISIBLE_BY))
def rows(request: pytest.FixtureRequest) -> Rows:
    """Return the rows that the key sees: its own customers, or those of its team."""
    return Rows(request.param)


@pytest.fixture
def limited(registry: Running, rows: Rows) -> Iterator[httpx.Client]:
    """Return a client with an API key of `li.na` of the team `east`, which sees only `rows`."""
    caller = Identity("key-1", "", frozenset(), rows, team=team("east"), user=user("li.na"))
    with registry.as_caller(caller) as client:
        yield client


def test_a_limited_key_sees_the_customers_that_it_registers(
    limited: httpx.Client, rows: Rows
) -> None:
    """Promise P7: a new customer without owner or team gets the owner or team of the key."""
    field, own = VISIBLE_BY[rows]
    answers = [limited.put(PATH, json=NEW) for _ in range(2)]
    answers.append(limited.post("/v1/customers", json=NEW | {field: own}))
    answers.append(limited.post("/v1/customers", json=NEW | {field: None}))
    assert [answer.status_code for answer in answers] == [201, 200, 201, 201]
    for answer in answers:
        read = limited.get(f"/v1/customers/{answer.json()['id']}")
        assert (read.status_code, read.json()[field]) == (200, own)


def test_a_limited_key_cannot_set_an_owner_or_team_that_it_does_not_see(
    registry: Running, limited: httpx.Client, rows: Rows
) -> None:
    """Promise P7: with another owner or team the customer would be invisible to the key."""
    field, own = VISIBLE_BY[rows]
    another = ANOTHER[field]
    customer = limited.put("/v1/customers/by-external-id/shop/2", json=NEW).json()
    path, matching = f"/v1/customers/{customer['id']}", {"If-Match": '"1"'}
    other = NEW | {field: another}
    for refused in (
        limited.post("/v1/customers", json=other),
        limited.put(PATH, json=other),
        limited.put("/v1/customers/by-external-id/shop/2", json=other),
        limited.patch(path, json={field: another}, headers=matching),
        limited.patch(path, json={field: None}, headers=matching),
    ):
        assert refused.status_code == 422, refused.text
        (fault,) = refused.json()["errors"]
        assert (fault["pointer"], fault["code"]) == (f"/{field}", "not_visible")
    assert limited.get(path).json()[field] == own
    assert len(registry.recorded(CustomerRegistered, CustomerChanged)) == 1


def test_a_limited_key_changes_customers_that_stay_visible_to_it(
    limited: httpx.Client, rows: Rows
) -> None:
    customer = limited.post("/v1/customers", json=NEW).json()
    other = {"owner": "team", "team": "owner"}[VISIBLE_BY[rows][0]]
    change = {"city": "北京", other: ANOTHER[other]}
    changed = limited.patch(
        f"/v1/customers/{customer['id']}", json=change, headers={"If-Match": '"1"'}
    )
    assert (changed.status_code, changed.json()[other]) == (200, ANOTHER[other])


def test_a_key_that_sees_all_sets_any_owner_and_team(client: httpx.Client) -> None:
    for given in (ANOTHER, {"owner": user("li.na"), "team": team("east")}, dict.fromkeys(ANOTHER)):
        answer = client.put(PATH, json=NEW | given)
        assert answer.is_success
        assert answer.json().items() >= given.items()
