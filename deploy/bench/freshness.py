"""The freshness benchmark: the time from an order until the changed score can be read."""

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
ORDERS_PER_CUSTOMER = 3
PRODUCTS = 100
SYSTEM = "bench"
PRICE = Decimal("9.50")
SECONDS = 60
PATIENCE_SECONDS = 120
MOST_MILLISECONDS = 500
WAYS = {"http": (50, 5), "topic": (200, 20)}
"""For each way to send orders: orders per second, and n if one of n orders is measured."""
_COLUMNS = ("order_id", "ordered_at", "customer_external_id", "product_code", "quantity")
_PAGE = 200


def measure(subject: Subject) -> Part:
    """Send orders over HTTP, then as events to the Kafka topic; time a part of both."""
    buyers = _buyers(subject)
    figures: list[Figure] = []
    raw: dict[str, Any] = {}
    for way, (rate, timed_every) in WAYS.items():
        subject.wait_until_processed()
        plan = _plan(subject, way, buyers)
        measured = _run_load_generator(plan)
        latencies = [1000 * seconds for seconds in measured["latencies"]]
        figures += _figures(f"{way} {rate}/s", latencies, measured)
        raw[way] = measured | {"rate": rate, "followed": f"one in {timed_every}"}
        buyers = [
            Buyer(buyer.customer_id, str(Decimal(buyer.revenue) + Decimal(growth)))
            for buyer, growth in zip(buyers, measured["bought"], strict=True)
        ]
    about = (
        f"{CUSTOMERS} customers, {PRODUCTS} products, {SECONDS} s; an aiohttp client in its own "
        "process sends orders at fixed times (open loop); time starts at the 201 of the gateway "
        "(http) or when a kafka-python producer sends the event (topic), and ends when "
        "GET /v1/scores/{id} through the gateway shows the order; polled every 20 ms"
    )
    return Part(name="freshness", about=about, figures=figures, raw=raw)


def _figures(name: str, latencies: list[float], measured: dict[str, Any]) -> list[Figure]:
    """Return percentiles of the freshness and of the time of POST, the rate and the failures."""
    answers = [1000 * seconds for seconds in measured["answers"]]
    shares = {"p50": (0.5, None), "p95": (0.95, MOST_MILLISECONDS), "p99": (0.99, None)}
    return [
        *(
            Figure(name=f"{name} {label}", value=percentile(latencies, share), unit="ms", most=most)
            for label, (share, most) in shares.items()
        ),
        *(
            Figure(name=f"{name} 201 {label}", value=percentile(answers, share), unit="ms")
            for label, (share, _) in shares.items()
            if answers
        ),
        Figure(
            name=f"{name} orders a second",
            value=measured["placed"] / measured["seconds"],
            unit="/s",
        ),
        Figure(name=f"{name} failed or unseen", value=measured["failed"], unit="", most=0),
    ]


def _plan(subject: Subject, way: str, buyers: list[Buyer]) -> Plan:
    """Return the plan of the load generator; orders are sent by `way`: http or topic."""
    rate, timed_every = WAYS[way]
    return Plan(
        way=way,
        url=subject.url,
        key=subject.key,
        bootstrap=subject.bootstrap,
        currency=CURRENCY,
        price=str(PRICE),
        rate=rate,
        seconds=SECONDS,
        timed_every=timed_every,
        products=PRODUCTS,
        buyers=buyers,
    )


def _run_load_generator(plan: Plan) -> dict[str, Any]:
    """Run the load generator in a process of its own and return its measurements."""
    command = [sys.executable, "-m", "deploy.bench.freshness_load"]
    done = subprocess.run(
        command,
        input=json.dumps(asdict(plan)).encode(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=SECONDS + PATIENCE_SECONDS,
    )
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def _buyers(subject: Subject) -> list[Buyer]:
    """Import customers with ORDERS_PER_CUSTOMER orders each; return their ids and revenue."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "orders.csv"
        _write_orders(file)
        options = {"system": SYSTEM, "create_customers": True, "currency": CURRENCY}
        form = {"entity": "orders", "options": json.dumps(options)}
        subject.import_file("/v1/imports", file, form)
    subject.wait_until_processed()
    revenue = str(PRICE * ORDERS_PER_CUSTOMER)
    return [Buyer(customer["id"], revenue) for customer in _customers(subject)]


def _write_orders(file: Path) -> None:
    """Write a CSV file with ORDERS_PER_CUSTOMER orders per customer, one day apart."""
    today = datetime.now(UTC)
    with file.open("w", encoding="utf-8", newline="") as target:
        lines = csv.writer(target)
        lines.writerow([*_COLUMNS, "unit_price"])
        for number in range(CUSTOMERS * ORDERS_PER_CUSTOMER):
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
    return [item for item in found if item["external_ids"][0]["system"] == SYSTEM]
