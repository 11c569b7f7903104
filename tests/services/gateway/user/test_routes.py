"""Users and teams over HTTP, and the states that the gateway publishes about them."""

from typing import Any

import httpx
import pytest

from shared.contracts.gateway.user import TeamState, UserState
from tests.services.gateway.conftest import Gateway
from tests.services.harness import recorded

NOBODY = "0199a7c0-0000-7000-8000-0000000000ff"


def created(gateway: Gateway, path: str, **body: Any) -> dict[str, Any]:
    """Create a user or team; return the response body."""
    answer = gateway.client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def patch(gateway: Gateway, path: str, version: int, **body: Any) -> httpx.Response:
    """Send a PATCH of a resource with this version."""
    return gateway.client.patch(path, json=body, headers={"If-Match": f'"{version}"'})


@pytest.mark.both_stacks
def test_states_of_users_and_teams_are_published_on_each_change(gateway: Gateway) -> None:
    team = created(gateway, "/v1/teams", name="华东")
    user = created(gateway, "/v1/users", name="李娜", team=team["id"])
    patch(gateway, f"/v1/teams/{team['id']}", 1, name="华东和华中")
    patch(gateway, f"/v1/users/{user['id']}", 1, active=False, team=None)
    patch(gateway, f"/v1/users/{user['id']}", 2, active=False)
    states = recorded(gateway.database, TeamState, UserState)
    assert [(each.version, each.name) for each in states] == [
        (1, "华东"),
        (1, "李娜"),
        (2, "华东和华中"),
        (2, "李娜"),
    ]
    assert (str(states[0].team_id), str(states[1].team)) == (team["id"], team["id"])
    assert [(each.active, each.team) for each in states[3:]] == [(False, None)]
    assert gateway.client.get(f"/v1/users/{user['id']}").json()["active"] is False


def test_null_does_not_make_a_user_active_again(gateway: Gateway) -> None:
    user = created(gateway, "/v1/users", name="李娜", active=False)
    refused = patch(gateway, f"/v1/users/{user['id']}", 1, active=None)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/active")
    assert gateway.client.get(f"/v1/users/{user['id']}").json() == user


def test_a_user_belongs_to_an_existing_team(gateway: Gateway) -> None:
    user = created(gateway, "/v1/users", name="李娜")
    refused = gateway.client.post("/v1/users", json={"name": "王伟", "team": NOBODY})
    changed = patch(gateway, f"/v1/users/{user['id']}", 1, team=NOBODY)
    for answer in (refused, changed):
        (fault,) = answer.json()["errors"]
        assert (answer.status_code, fault["pointer"]) == (422, "/team")
        assert fault["code"] == "unknown_team"


def test_users_are_filtered_by_name_team_and_activity(gateway: Gateway) -> None:
    team = created(gateway, "/v1/teams", name="华东")["id"]
    created(gateway, "/v1/users", name="b", team=team)
    created(gateway, "/v1/users", name="a", active=False)
    created(gateway, "/v1/users", name="c", team=team, active=False)

    def names(**params: str) -> list[str]:
        items = gateway.client.get("/v1/users", params={"sort": "name", **params}).json()["items"]
        return [item["name"] for item in items]

    assert names() == ["a", "b", "c"]
    assert names(team=team) == ["b", "c"]
    assert names(without="team") == ["a"]
    assert names(active="false", team=team) == ["c"]
    assert names(name="b") == ["b"]


def test_reading_needs_the_scope_read_and_changing_the_scope_admin(gateway: Gateway) -> None:
    user = created(gateway, "/v1/users", name="李娜")
    for scope, read, write in (("read", 200, 403), ("write", 403, 403), ("admin", 200, 201)):
        key = created(gateway, "/v1/api-keys", name=scope, scopes=[scope])["key"]
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=gateway.url, headers=headers, timeout=30) as client:
            assert client.get(f"/v1/users/{user['id']}").status_code == read
            assert client.get("/v1/teams").status_code == read
            assert client.post("/v1/users", json={"name": "王伟"}).status_code == write
            assert client.post("/v1/teams", json={"name": "华东"}).status_code == write
