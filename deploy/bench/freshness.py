"""Freshness: the time from an order until its customer's changed score can be read."""

import csv
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from deploy.bench.figures import Figure, Part, percentile
from deploy.bench.freshness_load import Buyer, Plan
from deploy.bench.online_retail import CURRENCY
from deploy.bench.subject import Subject

CUSTOMERS = 1000
ORDERS_EACH = 3
PRODUCTS = 100
SYSTEM = "bench"
PRICE = Decimal("9.50")
SECONDS = 60
PATIENCE_SECONDS = 120
MOST_MILLISECONDS = 500
WAYS = {"http": (50, 5), "topic": (200, 20)}
"""Orders per second, and of how many orders one is timed: one of five, one of twenty."""
_COLUMNS = ("order_id", "ordered_at", "customer_external_id", "product_code", "quantity")
_PAGE = 200


def measure(subject: Subject) -> Part:
    """Place orders over HTTP, then write order events to the topic, and time some of each."""
    buyers = _buyers(subject)
    figures: list[Figure] = []
    raw: dict[str, Any] = {}
    for way, (rate, every) in WAYS.items():
        subject.settle()
        plan = _plan(subject, way, buyers)
        seen = _generate(plan)
        latencies = [1000 * seconds for seconds in seen["latencies"]]
        figures += _figures(f"{way} {rate}/s", latencies, seen)
        raw[way] = seen | {"rate": rate, "followed": f"one in {every}"}
        buyers = [
            Buyer(buyer.customer_id, str(Decimal(buyer.revenue) + Decimal(more)))
            for buyer, more in zip(buyers, seen["bought"], strict=True)
        ]
    about = (
        f"{CUSTOMERS} customers, {PRODUCTS} products, {SECONDS} s; aiohttp client in its "
        "own process, open loop; http: from the 201 through the gateway; topic: from before the "
        "send by a bare kafka-python producer; until GET /v1/scores/{id} through the gateway "
        "shows it, asked every 20 ms"
    )
    return Part(name="freshness", about=about, figures=figures, raw=raw)


def _figures(name: str, latencies: list[float], seen: dict[str, Any]) -> list[Figure]:
    """Return the percentiles of freshness, those of the answers to POST, and the failures."""
    answers = [1000 * seconds for seconds in seen["answers"]]
    shares = {"p50": (0.5, None), "p95": (0.95, MOST_MILLISECONDS), "p99": (0.99, None)}
    return [
        *(
            Figure(name=f"{name} {label}", value=percentile(latencies, at), unit="ms", most=most)
            for label, (at, most) in shares.items()
        ),
        *(
            Figure(name=f"{name} 201 {label}", value=percentile(answers, at), unit="ms")
            for label, (at, _) in shares.items()
            if answers
        ),
        Figure(name=f"{name} orders a second", value=seen["placed"] / seen["seconds"], unit="/s"),
        Figure(name=f"{name} failed or unseen", value=seen["failed"], unit="", most=0),
    ]


def _plan(subject: Subject, way: str, buyers: list[Buyer]) -> Plan:
    rate, every = WAYS[way]
    return Plan(
        way=way,
        url=subject.url,
        key=subject.key,
        bootstrap=subject.bootstrap,
        currency=CURRENCY,
        price=str(PRICE),
        rate=rate,
        seconds=SECONDS,
        timed_every=every,
        products=PRODUCTS,
        buyers=buyers,
    )


def _generate(plan: Plan) -> dict[str, Any]:
    """Run the load generator in a process of its own."""
    command = [sys.executable, "-m", "deploy.bench.freshness_load"]
    done = subprocess.run(
        command,
        input=json.dumps(asdict(plan)).encode(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=SECONDS + PATIENCE_SECONDS,
    )
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def _buyers(subject: Subject) -> list[Buyer]:
    """Import customers with a few orders each; return their ids and the revenue of each."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "orders.csv"
        _write(file)
        options = {"system": SYSTEM, "create_customers": True, "currency": CURRENCY}
        form = {"entity": "orders", "options": json.dumps(options)}
        subject.import_file("/v1/imports", file, form)
    subject.settle()
    bought = str(PRICE * ORDERS_EACH)
    return [Buyer(one["id"], bought) for one in _customers(subject)]


def _write(file: Path) -> None:
    """Write a file of ORDERS_EACH orders per customer, one day apart."""
    today = datetime.now(UTC)
    with file.open("w", encoding="utf-8", newline="") as opened:
        lines = csv.writer(opened)
        lines.writerow([*_COLUMNS, "unit_price"])
        for number in range(CUSTOMERS * ORDERS_EACH):
            moment = today - timedelta(days=1 + number // CUSTOMERS)
            name = f"c{number % CUSTOMERS}"
            lines.writerow(
                [f"h{number}", moment.isoformat(), name, f"P-{number % PRODUCTS}", "1", str(PRICE)]
            )


def _customers(subject: Subject) -> list[dict[str, Any]]:
    """Return the customers that the benchmark imported, from all pages."""
    page = subject.get("/v1/customers", limit=_PAGE)
    found = list(page["items"])
    while page["next"]:
        page = subject.get("/v1/customers", limit=_PAGE, cursor=page["next"])
        found += page["items"]
    return [one for one in found if one["external_ids"][0]["system"] == SYSTEM]
