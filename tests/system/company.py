"""What a company does with the product, through the gateway alone."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx

from tests.system.product import Running, eventually

POINTS_PER_CURRENCY = Decimal(1) / 100_000
"""The value model as shipped: a purchase of 100 000 is one point."""


@dataclass(frozen=True)
class Company:
    """A company whose ids are of a system of its own, so that tests do not meet."""

    product: Running
    system: str = field(default_factory=lambda: f"s{secrets.token_hex(4)}")

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send a request as a careful client does: again while the gateway says so or is away."""
        (answer,) = eventually(lambda: self._answered(method, path, **more))
        return answer

    def get(self, path: str, **parameters: str) -> Any:
        found = self.send("GET", path, params=parameters)
        assert found.status_code == 200, found.text
        return found.json()

    def register(self, name: str, **more: Any) -> str:
        """Register a customer and give its id."""
        answer = self.send(
            "POST", "/v1/customers", json=self.customer(name, **more), headers=once()
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def customer(self, name: str, **more: Any) -> dict[str, Any]:
        named = {"external_ids": [self.id(name)], "name": name}
        return {"kind": "person", "nature": "individual", **named, **more}

    def order(self, number: str, customer: str | None, price: str, **more: Any) -> dict[str, Any]:
        line = {"product_code": "P-1", "quantity": "1", "unit_price": price}
        return {
            "external_id": self.id(number),
            "customer": self.id(customer) if customer else None,
            "ordered_at": "2026-01-15T10:00:00+08:00",
            "currency": "CNY",
            "lines": [line],
            **more,
        }

    def place(self, number: str, customer: str, price: str) -> str:
        """Place an order of one line and give its id."""
        body = self.order(number, customer, price)
        answer = self.send("POST", "/v1/orders", json=body, headers=once())
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def id(self, name: str) -> dict[str, str]:
        return {"system": self.system, "id": name}

    def points(self, customer_id: str) -> Decimal | None:
        """Give the value points of a customer; None while scoring has not heard of it."""
        found = self.send("GET", f"/v1/scores/{customer_id}")
        return Decimal(found.json()["value_points"]) if found.status_code == 200 else None

    def settles(self, expected: Mapping[str, Decimal], *, seconds: float = 90) -> None:
        """Wait until each customer's purchases, in currency, are what they are to be."""
        waiting = {one: amount * POINTS_PER_CURRENCY for one, amount in expected.items()}

        def settled() -> bool:
            for one in [one for one, wanted in waiting.items() if self.points(one) == wanted]:
                del waiting[one]
            return not waiting

        eventually(settled, seconds=seconds)

    def _answered(self, method: str, path: str, **more: Any) -> list[httpx.Response]:
        try:
            answer = self.product.client.request(method, path, **more)
        except httpx.TransportError:
            return []
        return [] if answer.status_code in _AGAIN else [answer]


_AGAIN = frozenset({409, 502, 503, 504})


def once() -> dict[str, str]:
    """Give a header that makes a POST safe to send again."""
    return {"Idempotency-Key": secrets.token_hex(16)}
