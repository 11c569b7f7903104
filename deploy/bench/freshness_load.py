"""Load generator of the freshness benchmark: reads a plan and writes measured times, as JSON.

The load is an open loop: each order is sent at its planned time, however long earlier orders take.
An order is visible in a score once the score's revenue has grown by the price of that order. A
later order of the same customer could make the revenue reach that sum too early; this is rare,
because the customers take turns.
"""

import asyncio
import json
import secrets
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import aiohttp
import uvloop
from kafka import KafkaProducer

ORDERS = "patron.registry.order.events.v1"
POLL_SECONDS = 0.02
PATIENCE_SECONDS = 30.0
CONNECTIONS = 200
CREATED = 201


@dataclass(frozen=True)
class Buyer:
    """A customer, with the net revenue of all orders so far."""

    customer_id: str
    revenue: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The load to generate: `way` is http or topic, `rate` is orders per second.

    The freshness of every n-th order is measured, where n is `timed_every`; prices and revenues are
    decimal numbers as text.
    """

    way: str
    url: str
    key: str
    bootstrap: str
    currency: str
    price: str
    rate: int
    seconds: int
    timed_every: int
    products: int
    buyers: list[Buyer]


class Load:
    """Sends the orders of a plan and measures how soon the customers' scores show them.

    `latencies` are the seconds until a score shows an order, `answers` the seconds that POST took.
    """

    def __init__(self, plan: Plan, http: aiohttp.ClientSession) -> None:
        self._plan = plan
        self._http = http
        self._price = Decimal(plan.price)
        self._expected = [Decimal(buyer.revenue) for buyer in plan.buyers]
        self._producer: Any = None
        self.latencies: list[float] = []
        self.answers: list[float] = []
        self.placed = 0
        self.failed = 0

    async def run(self) -> None:
        """Send every order at its planned time, and wait until the measured orders are visible.

        Of every `timed_every` orders one is measured: the time until a score includes the order.
        """
        if self._plan.way == "topic":
            self._producer = KafkaProducer(bootstrap_servers=self._plan.bootstrap, acks="all")
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(self._plan.rate * self._plan.seconds):
                await asyncio.sleep(began + number / self._plan.rate - time.perf_counter())
                group.create_task(self._send_and_time(number))
        if self._producer is not None:
            self._producer.close()

    @property
    def bought(self) -> list[str]:
        """The amounts by which the revenue of each customer grew in this run."""
        before = (Decimal(buyer.revenue) for buyer in self._plan.buyers)
        return [str(after - start) for after, start in zip(self._expected, before, strict=True)]

    async def _send_and_time(self, number: int) -> None:
        """Send order `number` of the run, and measure its freshness if it is one to measure.

        The customers take turns: order `number` belongs to the next customer of the list.
        """
        turn = number % len(self._expected)
        self._expected[turn] += self._price
        expected = self._expected[turn]
        try:
            began = await self._send_order(self._plan.buyers[turn].customer_id)
            self.placed += 1
            if number % self._plan.timed_every == 0:
                await self._wait_for_revenue(self._plan.buyers[turn].customer_id, expected)
                self.latencies.append(time.perf_counter() - began)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            print(repr(error), file=sys.stderr)
            self.failed += 1

    async def _send_order(self, customer_id: str) -> float:
        """Send one order over HTTP or to the topic; return when the measured time begins."""
        if self._producer is not None:
            began = time.perf_counter()
            self._send_event(customer_id)
            return began
        sent_at = time.perf_counter()
        async with self._http.post("/v1/orders", json=self._order_body(customer_id)) as answer:
            if answer.status != CREATED:
                raise ValueError(await answer.text())
            began = time.perf_counter()
        self.answers.append(began - sent_at)
        return began

    async def _wait_for_revenue(self, customer_id: str, expected: Decimal) -> None:
        """Poll a score until its revenue is at least `expected`.

        Raises TimeoutError after PATIENCE_SECONDS.
        """
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                async with self._http.get(f"/v1/scores/{customer_id}") as answer:
                    score = await answer.json()
                if Decimal(score["revenue"]) >= expected:
                    return
                await asyncio.sleep(POLL_SECONDS)

    def _order_body(self, customer_id: str) -> dict[str, Any]:
        """Return the body of POST /v1/orders, with a random product."""
        product = f"P-{secrets.randbelow(self._plan.products)}"
        line = {"product_code": product, "quantity": "1", "unit_price": self._plan.price}
        return {
            "external_id": {"system": "bench", "id": str(uuid4())},
            "customer_id": customer_id,
            "ordered_at": datetime.now(UTC).isoformat(),
            "currency": self._plan.currency,
            "lines": [line],
        }

    def _send_event(self, customer_id: str) -> None:
        """Write an order event as its contract describes it, without any code of the product."""
        order_id, now = str(uuid4()), datetime.now(UTC)
        event = self._order_body(customer_id) | {
            "order_id": order_id,
            "version": 1,
            "recorded_at": now.isoformat(),
            "occurred_on": now.date().isoformat(),
        }
        headers = {
            "ce_specversion": "1.0",
            "ce_id": str(uuid4()),
            "ce_type": "patron.order.placed.v1",
            "ce_source": "/bench",
            "ce_time": now.isoformat(),
            "ce_subject": order_id,
            "content-type": "application/json",
        }
        self._producer.send(
            ORDERS,
            key=order_id.encode(),
            value=json.dumps(event).encode(),
            headers=[(name, text.encode()) for name, text in headers.items()],
        )


async def _main() -> None:
    """Read the plan from standard input, run the load, and write what was measured as JSON.

    `placed` is the number of orders that were sent and accepted; `bought` has, for each customer,
    the amount by which the revenue must have grown in this run.
    """
    fields = json.load(sys.stdin)
    plan = Plan(**fields | {"buyers": [Buyer(**buyer) for buyer in fields["buyers"]]})
    async with aiohttp.ClientSession(
        plan.url,
        headers={"Authorization": f"Bearer {plan.key}"},
        connector=aiohttp.TCPConnector(limit=CONNECTIONS),
    ) as http:
        load, began, cpu = Load(plan, http), time.perf_counter(), time.process_time()
        await load.run()
    measured = {
        "latencies": load.latencies,
        "answers": load.answers,
        "placed": load.placed,
        "failed": load.failed,
        "bought": load.bought,
        "seconds": time.perf_counter() - began,
        "generator_cpu_seconds": time.process_time() - cpu,
    }
    json.dump(measured, sys.stdout)


if __name__ == "__main__":
    uvloop.run(_main())
