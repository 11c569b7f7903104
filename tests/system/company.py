"""A company that uses the product through the gateway only."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx

from tests.system.product import Running, eventually

POINTS_PER_CURRENCY = Decimal(1) / 100_000
"""The weight in the default value model: a purchase of 100 000 is one point."""


@dataclass(frozen=True)
class Company:
    """A client with its own system of external ids, so that tests share no customers and orders."""

    product: Running
    system: str = field(default_factory=lambda: f"s{secrets.token_hex(4)}")

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send a request until its answer is neither missing nor 409, 502, 503 or 504.

        It is sent again, too, while a user or team that it names is not known yet.
        """
        (answer,) = eventually(lambda: self._answered(method, path, **more))
        return answer

    def get(self, path: str, **parameters: str) -> Any:
        found = self.send("GET", path, params=parameters)
        assert found.status_code == 200, found.text
        return found.json()

    def create_team(self, name: str) -> str:
        """Create a team and return its id."""
        return self._create("/v1/teams", name)

    def create_user(self, name: str) -> str:
        """Create a user and return its id."""
        return self._create("/v1/users", name)

    def _create(self, path: str, name: str) -> str:
        body = {"name": name + self.system}
        answer = self.send("POST", path, json=body, headers=idempotency_header())
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def register(self, name: str, **more: Any) -> str:
        """Register a customer and return its id."""
        answer = self.send(
            "POST",
            "/v1/customers",
            json=self.customer_body(name, **more),
            headers=idempotency_header(),
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def customer_body(self, name: str, **more: Any) -> dict[str, Any]:
        names = {"external_ids": [self.external_id(name)], "name": name}
        return {"kind": "person", "nature": "individual", **names, **more}

    def order_body(
        self, number: str, customer: str | None, price: str, **more: Any
    ) -> dict[str, Any]:
        line = {"product_code": "P-1", "quantity": "1", "unit_price": price}
        return {
            "external_id": self.external_id(number),
            "customer": self.external_id(customer) if customer else None,
            "ordered_at": "2026-01-15T10:00:00+08:00",
            "currency": "CNY",
            "lines": [line],
            **more,
        }

    def place_order(self, number: str, customer: str, price: str) -> str:
        """Place an order with one line and return its id."""
        body = self.order_body(number, customer, price)
        answer = self.send("POST", "/v1/orders", json=body, headers=idempotency_header())
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def external_id(self, name: str) -> dict[str, str]:
        return {"system": self.system, "id": name}

    def points(self, customer_id: str) -> Decimal | None:
        """Return the value points of a customer, None if scoring does not know the customer yet."""
        found = self.send("GET", f"/v1/scores/{customer_id}")
        return Decimal(found.json()["value_points"]) if found.status_code == 200 else None

    def wait_for_points(self, expected: Mapping[str, Decimal], *, seconds: float = 90) -> None:
        """Wait until each customer has the points of the expected amount of purchases."""
        waiting = {one: amount * POINTS_PER_CURRENCY for one, amount in expected.items()}

        def all_have_their_points() -> bool:
            for one in [one for one, wanted in waiting.items() if self.points(one) == wanted]:
                del waiting[one]
            return not waiting

        eventually(all_have_their_points, seconds=seconds)

    def _answered(self, method: str, path: str, **more: Any) -> list[httpx.Response]:
        """Send a request; return a list of its response, empty if it has to be sent again."""
        try:
            answer = self.product.client.request(method, path, **more)
        except httpx.TransportError:
            return []
        is_early = answer.status_code == 422 and _TOO_EARLY & {
            fault["code"] for fault in answer.json()["errors"]
        }
        return [] if is_early or answer.status_code in _RETRIABLE else [answer]


_TOO_EARLY = {"unknown_user", "unknown_team"}
_RETRIABLE = frozenset({409, 502, 503, 504})


def idempotency_header() -> dict[str, str]:
    """Return a header with a new key, so that a POST can safely be repeated."""
    return {"Idempotency-Key": secrets.token_hex(16)}
