"""Owners and teams of customers over HTTP: ids that are checked, and names beside them."""

from typing import Any

import httpx
import pytest

from services.registry.customers.colleague.domain import ColleagueKind
from shared.contracts.registry.customer import CustomerChanged
from shared.http.identity import Identity
from shared.row_access import Rows
from tests.services.colleagues import team, user
from tests.services.harness import Running
from tests.services.registry.colleagues import store

PATH = "/v1/customers/by-external-id/erp/17"
NEW: dict[str, Any] = {"name": "华东百货", "owner": user("li.na"), "team": team("east")}
NAMES = {"owner_name": "li.na", "team_name": "east"}
NOBODY = "0199a7c0-0000-7000-8000-0000000000ff"
RETIRED = "0199a7c0-0000-7000-8000-0000000000aa"


def refused(answer: httpx.Response) -> set[tuple[str, str]]:
    """Return the pointers and codes of the faults of a request, which must be invalid."""
    assert answer.status_code == 422, answer.text
    return {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]}


def retire(registry: Running) -> None:
    """Store the user RETIRED as not active."""
    store(registry.database, ColleagueKind.USER, RETIRED, "Chen", active=False)


def test_answers_about_a_customer_have_the_names_of_its_owner_and_team(
    client: httpx.Client,
) -> None:
    created = client.put(PATH, json=NEW)
    again = client.put(PATH, json=NEW)
    path = f"/v1/customers/{created.json()['id']}"
    registered = client.post("/v1/customers", json=NEW).json()
    changed = client.patch(path, json={"city": "上海"}, headers={"If-Match": '"1"'})
    single = client.get(path).json()
    listed = client.get("/v1/customers").json()["items"]
    scored = client.get("/v1/customers?include=score").json()["items"]
    answers = [created.json(), again.json(), registered, changed.json(), single, *listed, *scored]
    assert all(answer.items() >= (NEW | NAMES).items() for answer in answers)


def test_a_name_is_null_without_an_owner_and_while_it_is_not_known(registry: Running) -> None:
    bare = registry.client.post("/v1/customers", json={"name": "王强"}).json()
    assert (bare["owner_name"], bare["team_name"]) == (None, None)
    caller = Identity("key-1", "", frozenset(), Rows.OWN, user=NOBODY)
    with registry.as_caller(caller) as limited:
        mine = limited.post("/v1/customers", json={"name": "王强"}).json()
        assert (mine["owner"], mine["owner_name"]) == (NOBODY, None)
        assert limited.get(f"/v1/customers/{mine['id']}").json() == mine


@pytest.mark.parametrize("given", ["li.na", NOBODY, user("li.na") + "0"])
def test_an_owner_or_team_that_is_no_id_of_a_known_user_or_team_is_refused(
    registry: Running, given: str
) -> None:
    client = registry.client
    customer = client.put(PATH, json=NEW).json()
    path, matching = f"/v1/customers/{customer['id']}", {"If-Match": '"1"'}
    other = {"owner": given, "team": given}
    for answer in (
        client.post("/v1/customers", json=NEW | other),
        client.put(PATH, json=NEW | other),
        client.put("/v1/customers/by-external-id/erp/18", json=NEW | other),
        client.patch(path, json=other, headers=matching),
    ):
        assert refused(answer) == {("/owner", "unknown_user"), ("/team", "unknown_team")}
        assert "/v1/users" in answer.json()["errors"][0]["message"]
    assert client.get(path).json() == customer


def test_a_team_is_no_owner_and_a_user_no_team(client: httpx.Client) -> None:
    body = NEW | {"owner": team("east"), "team": user("li.na")}
    expected = {("/owner", "unknown_user"), ("/team", "unknown_team")}
    assert refused(client.post("/v1/customers", json=body)) == expected


def test_all_faults_of_a_body_are_reported_together_with_an_unknown_owner(
    client: httpx.Client,
) -> None:
    body = {"name": "", "kind": "person", "ownership": "state", "owner": NOBODY}
    expected = {("/name", "too_short"), ("/ownership", "contradiction"), ("/owner", "unknown_user")}
    assert refused(client.post("/v1/customers", json=body)) == expected


def test_an_id_is_stored_in_its_usual_form(client: httpx.Client) -> None:
    body = NEW | {"owner": user("li.na").upper()}
    assert client.post("/v1/customers", json=body).json()["owner"] == user("li.na")


def test_customers_stay_with_a_user_who_is_not_active_and_no_others_come(
    registry: Running,
) -> None:
    client, body = registry.client, NEW | {"owner": RETIRED}
    store(registry.database, ColleagueKind.USER, RETIRED, "Chen", active=True)
    customer = client.put(PATH, json=body).json()
    retire(registry)
    path = f"/v1/customers/{customer['id']}"
    assert client.put(PATH, json=body).json() == customer
    moved = client.patch(path, json={"city": "北京"}, headers={"If-Match": '"1"'})
    unchanged = client.patch(path, json={"owner": RETIRED}, headers={"If-Match": '"2"'})
    assert (moved.status_code, unchanged.status_code) == (200, 200)
    assert client.put(PATH, json=body | {"name": "华北百货"}).status_code == 200
    expected = {("/owner", "inactive_user")}
    assert refused(client.post("/v1/customers", json=body)) == expected
    other = client.post("/v1/customers", json=NEW).json()
    change = {"owner": RETIRED}
    answer = client.patch(f"/v1/customers/{other['id']}", json=change, headers={"If-Match": '"1"'})
    assert refused(answer) == expected


def test_a_key_of_a_user_who_is_not_active_registers_nothing(registry: Running) -> None:
    retire(registry)
    with registry.as_caller(Identity("key-1", "", frozenset(), Rows.OWN, user=RETIRED)) as limited:
        answer = limited.post("/v1/customers", json={"name": "王强"})
    assert refused(answer) == {("/owner", "inactive_user")}


def test_a_fact_has_the_ids_of_owner_and_team_and_no_name(registry: Running) -> None:
    customer = registry.client.post("/v1/customers", json={"name": "王强"}).json()
    change = {"owner": user("li.na"), "team": team("east")}
    registry.client.patch(
        f"/v1/customers/{customer['id']}", json=change, headers={"If-Match": '"1"'}
    )
    (fact,) = registry.recorded(CustomerChanged)
    assert (fact.owner, fact.team) == (user("li.na"), team("east"))


def test_the_history_has_the_names_of_owners_and_teams_beside_their_ids(
    client: httpx.Client,
) -> None:
    path = f"/v1/customers/{client.post('/v1/customers', json=NEW).json()['id']}"
    change = {"owner": user("wang"), "team": None, "city": "上海"}
    client.patch(path, json=change, headers={"If-Match": '"1"'})
    newest, oldest = client.get(f"{path}/history").json()["items"]
    assert newest["changes"] == {
        "owner": {
            "from": user("li.na"),
            "to": user("wang"),
            "from_name": "li.na",
            "to_name": "wang",
        },
        "team": {"from": team("east"), "to": None, "from_name": "east", "to_name": None},
        "city": {"from": None, "to": "上海"},
    }
    assert oldest["changes"] == {}


@pytest.mark.parametrize("path", ["/v1/customers", "/v1/orders"])
@pytest.mark.parametrize("name", ["owner", "team"])
def test_a_filter_by_a_name_is_refused_with_the_path_of_the_ids(
    client: httpx.Client, path: str, name: str
) -> None:
    answer = client.get(path, params={name: "li.na"})
    assert refused(answer) == {(f"query:{name}", "malformed_uuid")}
    assert "/v1/users" in answer.json()["detail"]
    assert client.get(path, params={name: NOBODY}).json()["items"] == []


def test_customers_are_filtered_by_ids_in_any_form(client: httpx.Client) -> None:
    customer = client.post("/v1/customers", json=NEW).json()
    for params in ({"owner": user("li.na").upper()}, {"team": team("east").replace("-", "")}):
        assert client.get("/v1/customers", params=params).json()["items"] == [customer]
    assert client.get("/v1/customers", params={"owner": user("wang")}).json()["items"] == []
