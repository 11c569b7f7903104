"""Who reads what, through all processes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import httpx

from tests.system.company import Company, once
from tests.system.product import Running


def test_p7_nobody_reads_what_their_scopes_and_rows_do_not_give(product: Running) -> None:
    """P7: a key of one team sees its customers, their orders and scores, and nobody else's."""
    company = Company(product)
    mine, other = (company.register(name, team=name + company.system) for name in ("east", "west"))
    theirs = company.place("O-1", "west", "20000")
    company.settles({mine: Decimal(0), other: Decimal(20000)})
    with _as_key(company, scopes=["read"], rows="team", team=f"east{company.system}") as reader:
        assert [one["id"] for one in reader.get("/v1/customers").json()["items"]] == [mine]
        assert reader.get(f"/v1/customers/{mine}").status_code == 200
        for hidden in (
            f"/v1/customers/{other}",
            f"/v1/customers/{other}/history",
            f"/v1/orders/{theirs}",
            f"/v1/scores/{other}",
            f"/v1/scores/{other}/explanation",
        ):
            assert reader.get(hidden).status_code == 404, hidden
        assert reader.get("/v1/orders").json()["items"] == []
        assert [one["customer_id"] for one in reader.get("/v1/scores").json()["items"]] == [mine]
        assert reader.get("/v1/portfolio/abc").json()["n"] == 0
        refused = reader.post("/v1/customers", json=company.customer("nobody"))
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert reader.get("/v1/api-keys").status_code == 403


def test_p7_a_service_answers_nobody_but_the_gateway(embedded_product: Running) -> None:
    """P7: behind the gateway a key opens nothing: services want the gateway's own signature."""
    key = dict(embedded_product.client.headers)["authorization"]
    doors = _loopback_doors(embedded_product)
    assert len(doors) == 3
    for door in doors:
        answer = httpx.get(f"{door}/v1/customers", headers={"Authorization": key})
        assert answer.status_code == 401, door
        assert httpx.get(f"{door}/readyz").status_code == 401, door


def _loopback_doors(product: Running) -> list[str]:
    """Give the addresses at which the services answer the gateway, as their logs tell."""
    logs = [product.data / "logs" / f"{one}-api.log" for one in ("registry", "survey", "scoring")]
    return [re.findall(r"running on (http://\S+)", log.read_text())[-1] for log in logs]


@contextmanager
def _as_key(company: Company, **asked: object) -> Iterator[httpx.Client]:
    """Make a key and give a client that calls with it."""
    made = company.send("POST", "/v1/api-keys", json={"name": "test", **asked}, headers=once())
    assert made.status_code == 201, made.text
    held = {"Authorization": f"Bearer {made.json()['key']}"}
    with httpx.Client(base_url=company.product.url, headers=held, timeout=30) as client:
        yield client
