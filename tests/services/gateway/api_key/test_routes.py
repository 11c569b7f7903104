"""Tests of the routes of API keys: create, list, read, revoke."""

from uuid import UUID

import httpx
import pytest
from sqlalchemy import delete, text, update

from services.gateway.__main__ import SERVICE
from services.gateway.api_key.domain import ADMINISTRATOR
from services.gateway.api_key.models import ApiKey
from services.gateway.team.models import Team
from services.gateway.user.models import User
from shared import migrations
from shared.contracts.gateway.user import TeamState, UserState
from shared.models import Outbox
from shared.row_access import team_id_of
from tests.services.gateway.conftest import KEY, Gateway
from tests.services.harness import recorded

NEW = {"name": "web shop", "scopes": ["read", "write"]}
"""The request body of a valid new key."""


def create(gateway: Gateway, **changed: object) -> dict[str, object]:
    """Create a key, with some fields changed, and return the body of the answer."""
    created = gateway.client.post("/v1/api-keys", json=NEW | changed)
    assert created.status_code == 201, created.text
    body: dict[str, object] = created.json()
    return body


def status_with(gateway: Gateway, key: object) -> int:
    """Return the status of a read of a customer with this API key."""
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.get(f"{gateway.url}/v1/customers/1", headers=headers).status_code


def test_a_new_key_works_and_its_answer_has_a_location(gateway: Gateway) -> None:
    created = gateway.client.post("/v1/api-keys", json=NEW)
    body = created.json()
    assert created.headers["Location"] == f"/v1/api-keys/{body['id']}"
    assert body["created_by"] == str(ADMINISTRATOR)
    assert (body["scopes"], body["rows"], body["revoked_at"]) == (["read", "write"], "all", None)
    assert status_with(gateway, body["key"]) == 200


def test_the_text_of_a_key_is_only_in_the_answer_that_created_it(gateway: Gateway) -> None:
    created = gateway.client.post("/v1/api-keys", json=NEW, headers={"Idempotency-Key": "k"}).json()
    shown = gateway.client.get(f"/v1/api-keys/{created['id']}").json()
    assert shown == {name: value for name, value in created.items() if name != "key"}
    assert created["key"] not in gateway.client.get("/v1/api-keys").text
    with gateway.database.reading() as session:
        for table in ("api_keys", "idempotent_answers", "outbox"):
            rows = session.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608  our names
            assert created["key"] not in repr(rows)


def test_a_revoked_key_is_refused_at_once_and_stays_in_the_list(gateway: Gateway) -> None:
    created = create(gateway)
    assert status_with(gateway, created["key"]) == 200
    for _ in range(2):
        assert gateway.client.delete(f"/v1/api-keys/{created['id']}").status_code == 204
    assert status_with(gateway, created["key"]) == 401
    assert gateway.client.get(f"/v1/api-keys/{created['id']}").json()["revoked_at"] is not None


def test_the_administrators_key_cannot_be_revoked(gateway: Gateway) -> None:
    answer = gateway.client.delete(f"/v1/api-keys/{ADMINISTRATOR}")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert status_with(gateway, KEY) == 200


def test_p7_a_key_that_sees_some_rows_creates_no_keys_and_reads_none(gateway: Gateway) -> None:
    """P7 (callers see permitted rows only): earlier releases allowed admin keys of some rows."""
    created = create(gateway, scopes=["admin"])
    with gateway.database.transaction() as session:
        session.get_one(ApiKey, UUID(str(created["id"]))).rows = "own"
    headers = {"Authorization": f"Bearer {created['key']}"}
    path = f"/v1/api-keys/{ADMINISTRATOR}"
    with httpx.Client(base_url=gateway.url, headers=headers) as limited:
        answers = [
            limited.post("/v1/api-keys", json=NEW),
            limited.get("/v1/api-keys"),
            limited.get(path),
            limited.delete(path),
        ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {
        (403, "forbidden")
    }
    assert all("sees all rows" in answer.json()["detail"] for answer in answers)
    assert len(gateway.client.get("/v1/api-keys").json()["items"]) == 2


def test_keys_are_listed_in_pages(gateway: Gateway) -> None:
    names = [create(gateway, name=f"key {number}")["name"] for number in range(5)]
    listed, page = [], gateway.client.get("/v1/api-keys?limit=2").json()
    while True:
        listed += [item["name"] for item in page["items"]]
        if page["next"] is None:
            break
        page = gateway.client.get(f"/v1/api-keys?limit=2&cursor={page['next']}").json()
    assert listed == ["administrator", *names]


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["root"]}, "/scopes/0"),
        ({"scopes": "read"}, "/scopes"),
        ({"rows": "some"}, "/rows"),
        ({"rows": "team"}, "/team"),
        ({"scopes": ["read", "admin"], "rows": "own"}, "/rows"),
        ({"scopes": ["admin"], "rows": "team", "team": str(ADMINISTRATOR)}, "/rows"),
        ({"team": "east"}, "/team"),
        ({"team": str(ADMINISTRATOR)}, "/team"),
        ({"rows": "own", "user": str(ADMINISTRATOR)}, "/user"),
        ({"name": ""}, "/name"),
        ({"name": "a\x00b"}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"name": 7}, "/name"),
        ({"digest": "x"}, "/digest"),
        ({"id": "x"}, "/id"),
    ],
)
def test_invalid_input_is_refused_with_its_pointer(
    gateway: Gateway, changed: dict[str, object], pointer: str
) -> None:
    answer = gateway.client.post("/v1/api-keys", json=NEW | changed)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert len(gateway.client.get("/v1/api-keys").json()["items"]) == 1


def test_keys_are_sorted_by_name_and_filtered_by_what_they_see(gateway: Gateway) -> None:
    team = gateway.create_team("east")
    for name, changed in [("b", {}), ("B", {"rows": "team", "team": team}), ("a", {})]:
        created = create(gateway, name=name, **changed)
    gateway.client.delete(f"/v1/api-keys/{created['id']}")

    def names(**params: str) -> list[str]:
        items = gateway.client.get("/v1/api-keys", params=params).json()["items"]
        return [item["name"] for item in items if len(item["name"]) == 1]

    assert names() == ["b", "B", "a"]
    assert names(sort="name") == ["B", "a", "b"]
    assert names(rows="team") == names(team=team) == ["B"]
    assert names(revoked="true") == ["a"]
    assert names(revoked="false") == ["b", "B"]


def test_a_key_for_its_own_rows_has_a_user_a_new_one_if_none_is_given(gateway: Gateway) -> None:
    user = gateway.client.post("/v1/users", json={"name": "李娜"}).json()
    given = create(gateway, rows="own", user=user["id"])
    created = create(gateway, name="shop", rows="own")
    assert (given["user"], created["user"]) == (user["id"], created["id"])
    shown = gateway.client.get(f"/v1/users/{created['id']}").json()
    assert (shown["name"], shown["active"]) == ("shop", True)
    assert create(gateway)["user"] is None
    found = gateway.client.get("/v1/api-keys", params={"user": user["id"]}).json()["items"]
    assert [each["id"] for each in found] == [given["id"]]


def test_a_user_who_is_not_active_gets_no_further_keys_and_those_that_exist_work(
    gateway: Gateway,
) -> None:
    user = gateway.create_user("李娜")
    key = create(gateway, user=user)
    gateway.change_user(user, active=False)
    refused = gateway.client.post("/v1/api-keys", json=NEW | {"user": user})
    (fault,) = refused.json()["errors"]
    assert (refused.status_code, fault["pointer"], fault["code"]) == (422, "/user", "inactive_user")
    assert status_with(gateway, key["key"]) == 200


@pytest.mark.both_stacks
def test_a_migration_makes_teams_of_the_teams_of_keys_and_users_of_keys_for_own_rows(
    gateway: Gateway,
) -> None:
    """The events about them are recorded once, also if the migration is interrupted."""
    keys = [create(gateway, rows="team", team=gateway.create_team("x")) for _ in range(2)]
    own = create(gateway, name="Li Na", rows="own")
    migrations.downgrade(gateway.database, SERVICE.migrations, to="28af462a041a")
    with gateway.database.transaction() as session:
        for table in (Outbox, User, Team):
            session.execute(delete(table))
        is_of_team = ApiKey.rows == "team"
        session.execute(update(ApiKey).where(is_of_team).values(team="Lie\u0300ge\u200b"))
        session.execute(update(ApiKey).values(user=None))
    for _ in range(2):
        migrations.upgrade(gateway.database, SERVICE.migrations)
        migrations.downgrade(gateway.database, SERVICE.migrations, to="28af462a041a")
    migrations.upgrade(gateway.database, SERVICE.migrations)
    team = team_id_of("Li\u00e8ge")
    found = gateway.client.get("/v1/api-keys", params={"team": team}).json()["items"]
    assert [each["id"] for each in found] == [key["id"] for key in keys]
    assert gateway.client.get(f"/v1/api-keys/{own['id']}").json()["user"] == own["id"]
    teams, users = (
        [(one["id"], one["name"]) for one in gateway.client.get(path).json()["items"]]
        for path in ("/v1/teams", "/v1/users")
    )
    assert (teams, users) == ([(team, "Li\u00e8ge")], [(own["id"], "Li Na")])
    states = recorded(gateway.database, TeamState, UserState)
    assert [(type(each), each.version, each.name) for each in states] == [
        (TeamState, 1, "Li\u00e8ge"),
        (UserState, 1, "Li Na"),
    ]
