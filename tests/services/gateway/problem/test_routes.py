"""Tests of GET /v1/problems, which every key may read."""

import httpx

from tests.services.gateway.conftest import Gateway


def test_every_key_reads_the_catalogue_in_one_page(gateway: Gateway) -> None:
    body = {"name": "kiosk", "scopes": ["write"], "rows": "own"}
    key = gateway.client.post("/v1/api-keys", json=body).json()["key"]
    answer = httpx.get(
        f"{gateway.url}/v1/problems", headers={"Authorization": f"Bearer {key}"}, timeout=30
    )
    assert (answer.status_code, answer.json()["next"]) == (200, None)
    found = {(one["kind"], one["code"]): one for one in answer.json()["items"]}
    assert found["problem", "stale"]["status"] == 412
    assert found["problem", "quota_reached"]["status"] == 429
    assert found["fault", "too_long"]["params"] == ["max"]
    assert found["fault", "too_long"]["title"].keys() == {"en", "zh"}
    assert found["fault", "too_long"]["status"] is None


def test_the_catalogue_needs_a_key(gateway: Gateway) -> None:
    assert httpx.get(f"{gateway.url}/v1/problems", timeout=30).status_code == 401


def test_the_document_enumerates_the_codes_of_the_catalogue(gateway: Gateway) -> None:
    items = gateway.client.get("/v1/problems").json()["items"]
    schemas = gateway.client.get("/openapi.json").json()["components"]["schemas"]
    for kind, schema in (("problem", "Problem"), ("fault", "Fault")):
        codes = [one["code"] for one in items if one["kind"] == kind]
        assert schemas[schema]["properties"]["code"]["enum"] == codes
        assert len(codes) > 20
