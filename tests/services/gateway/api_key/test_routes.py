"""Tests of the routes of API keys: create, list, read, revoke."""

from uuid import UUID

import httpx
import pytest
from sqlalchemy import text, update

from services.gateway.__main__ import SERVICE
from services.gateway.api_key.domain import ADMINISTRATOR
from services.gateway.api_key.models import ApiKey
from shared import migrations
from tests.services.gateway.conftest import KEY, Gateway

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
        ({"scopes": ["admin"], "rows": "team", "team": "east"}, "/rows"),
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
    for name, changed in [("b", {}), ("B", {"rows": "team", "team": "east"}), ("a", {})]:
        created = create(gateway, name=name, **changed)
    gateway.client.delete(f"/v1/api-keys/{created['id']}")

    def names(**params: str) -> list[str]:
        items = gateway.client.get("/v1/api-keys", params=params).json()["items"]
        return [item["name"] for item in items if len(item["name"]) == 1]

    assert names() == ["b", "B", "a"]
    assert names(sort="name") == ["B", "a", "b"]
    assert names(rows="team") == names(team="east") == ["B"]
    assert names(revoked="true") == ["a"]
    assert names(revoked="false") == ["b", "B"]


@pytest.mark.both_stacks
def test_a_migration_normalises_the_teams_of_stored_keys(gateway: Gateway) -> None:
    key = create(gateway, rows="team", team="Li\u00e8ge")
    migrations.downgrade(gateway.database, SERVICE.migrations, to="3c6d1e8fa275")
    with gateway.database.transaction() as session:
        session.execute(
            update(ApiKey).where(ApiKey.team.is_not(None)).values(team="Lie\u0300ge\u200b")
        )
    migrations.upgrade(gateway.database, SERVICE.migrations)
    found = gateway.client.get("/v1/api-keys", params={"team": "Lie\u0300ge"}).json()["items"]
    assert [(each["id"], each["team"]) for each in found] == [(key["id"], "Li\u00e8ge")]
