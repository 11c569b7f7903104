"""Access rights, tested through all processes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import httpx

from tests.system.company import Company, idempotency_header
from tests.system.product import Running


def test_p7_a_key_reads_nothing_outside_its_scopes_and_rows(product: Running) -> None:
    """P7: a key of a team or user sees the customers, orders and scores of that team or user."""
    company = Company(product)
    team, user = company.create_team("east"), company.create_user("li.na")
    own = company.register("own", team=team, owner=user)
    others = {"team": company.create_team("west"), "owner": company.create_user("wang")}
    other = company.register("other", **others)
    other_order = company.place_order("O-1", "other", "20000")
    company.wait_for_points({own: Decimal(0), other: Decimal(20000)})
    shown = company.get(f"/v1/customers/{own}")
    assert (shown["owner_name"], shown["team_name"]) == (
        f"li.na{company.system}",
        f"east{company.system}",
    )
    _check_reads_only(company, own, other, other_order, rows="team", team=team)
    _check_reads_only(company, own, other, other_order, rows="own", user=user)


def _check_reads_only(
    company: Company, own: str, other: str, other_order: str, **rows: str
) -> None:
    """Fail unless a key with these rows reads the customer `own` and nothing of the other one."""
    with _as_key(company, scopes=["read"], **rows) as reader:
        assert [one["id"] for one in reader.get("/v1/customers").json()["items"]] == [own]
        assert reader.get(f"/v1/customers/{own}").status_code == 200
        for hidden in (
            f"/v1/customers/{other}",
            f"/v1/customers/{other}/history",
            f"/v1/orders/{other_order}",
            f"/v1/scores/{other}",
            f"/v1/scores/{other}/explanation",
        ):
            assert reader.get(hidden).status_code == 404, hidden
        assert reader.get("/v1/orders").json()["items"] == []
        assert [one["customer_id"] for one in reader.get("/v1/scores").json()["items"]] == [own]
        assert reader.get("/v1/portfolio/abc").json()["n"] == 0
        refused = reader.post("/v1/customers", json=company.customer_body("nobody"))
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert reader.get("/v1/api-keys").status_code == 403


def test_p7_a_service_answers_only_requests_that_the_gateway_signed(
    embedded_product: Running,
) -> None:
    """P7: an API key gives no access to a service directly: it needs the gateway's signature."""
    key = dict(embedded_product.client.headers)["authorization"]
    addresses = _loopback_addresses(embedded_product)
    assert len(addresses) == 3
    for address in addresses:
        answer = httpx.get(f"{address}/v1/customers", headers={"Authorization": key})
        assert answer.status_code == 401, address
        assert httpx.get(f"{address}/readyz").status_code == 401, address


def _loopback_addresses(product: Running) -> list[str]:
    """Return the addresses at which the services answer the gateway, read from their logs."""
    logs = [product.data / "logs" / f"{one}-api.log" for one in ("registry", "survey", "scoring")]
    return [re.findall(r"running on (http://\S+)", log.read_text())[-1] for log in logs]


@contextmanager
def _as_key(company: Company, **fields: object) -> Iterator[httpx.Client]:
    """Create an API key and yield a client that uses it."""
    created = company.send(
        "POST", "/v1/api-keys", json={"name": "test", **fields}, headers=idempotency_header()
    )
    assert created.status_code == 201, created.text
    authorization = {"Authorization": f"Bearer {created.json()['key']}"}
    with httpx.Client(base_url=company.product.url, headers=authorization, timeout=30) as client:
        yield client
