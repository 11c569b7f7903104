"""Tests of the route of the caller."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from services.gateway.api_key.domain import ADMINISTRATOR
from shared import clock
from tests.services.gateway.conftest import Gateway

MEBIBYTE = 1024 * 1024


def new_key(gateway: Gateway, **fields: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Create a key; return the answer's body and the header with which the key is sent."""
    created = gateway.client.post("/v1/api-keys", json={"name": "loader"} | fields).json()
    return created, {"Authorization": f"Bearer {created['key']}"}


@pytest.mark.parametrize("rows", ["all", "own", "team"])
@pytest.mark.parametrize("scope", ["read", "write"])
def test_every_key_reads_who_it_is_whatever_its_scopes_and_rows(
    gateway: Gateway, scope: str, rows: str
) -> None:
    team = gateway.create_team("east")
    created, authorization = new_key(gateway, scopes=[scope], rows=rows, team=team)
    answer = gateway.client.get("/v1/me", headers=authorization)
    assert answer.status_code == 200
    shown = answer.json()
    same = ("id", "name", "scopes", "rows", "team", "user", "created_at")
    assert {name: shown[name] for name in same} == {name: created[name] for name in same}


def test_a_caller_reads_the_present_names_of_its_team_and_user(gateway: Gateway) -> None:
    team, user = gateway.create_team("east"), gateway.create_user("Li Na")
    _, authorization = new_key(gateway, scopes=["read"], rows="own", team=team, user=user)
    gateway.change_user(user, name="李娜")
    shown = gateway.client.get("/v1/me", headers=authorization).json()
    assert (shown["team_name"], shown["user_name"]) == ("east", "李娜")
    administrator = gateway.client.get("/v1/me").json()
    assert (administrator["team_name"], administrator["user_name"]) == (None, None)


def test_the_administrator_reads_its_own_key_and_its_limits(gateway: Gateway) -> None:
    shown = gateway.client.get("/v1/me").json()
    assert shown["id"] == str(ADMINISTRATOR)
    assert shown["scopes"] == ["admin", "read", "write"]
    assert shown["limits"]["body_bytes"] == MEBIBYTE


def test_without_a_key_nobody_is_the_caller(gateway: Gateway) -> None:
    assert httpx.get(f"{gateway.url}/v1/me").status_code == 401


def test_an_upload_and_the_caller_state_the_same_limits(gateway: Gateway) -> None:
    _, authorization = new_key(gateway, scopes=["write"])

    def limits() -> Any:
        return gateway.client.get("/v1/me", headers=authorization).json()["limits"]

    unused = {"limit": 64 * MEBIBYTE, "left": 64 * MEBIBYTE, "window_seconds": 3600}
    assert limits()["upload_bytes"] == unused | {"resets_at": None}
    uploaded = gateway.client.post("/v1/imports", content=b"x" * 1000, headers=authorization)
    left, at_once = limits()["upload_bytes"], limits()["uploads_at_once"]
    seconds = datetime.fromisoformat(left.pop("resets_at")) - clock.now()
    assert left == unused | {"left": 64 * MEBIBYTE - 1000}
    assert at_once == {"limit": 8, "left": 8}
    assert 3500 < seconds.total_seconds() <= 3601
    bytes_left, files_left = uploaded.headers["RateLimit"].split(", ")
    assert bytes_left.startswith(f'"upload-bytes";r={left["left"]};t=')
    assert files_left == '"uploads-at-once";r=8'


def test_only_the_answers_to_uploads_have_the_headers_of_the_limits(gateway: Gateway) -> None:
    answers = [
        gateway.client.get("/v1/me"),
        gateway.client.get("/v1/customers"),
        gateway.client.post("/v1/customers", json={}),
        gateway.client.post("/v1/imports", content=b"x"),
        gateway.client.post("/v1/surveys/1/imports", content=b"x"),
    ]
    assert ["RateLimit" in answer.headers for answer in answers] == [False] * 3 + [True] * 2
    assert ["RateLimit-Policy" in answer.headers for answer in answers] == [False] * 3 + [True] * 2
