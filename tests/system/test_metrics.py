"""Every process of a running product exports what alerts watch, from its start."""

import json
import re
from collections import defaultdict
from itertools import chain
from itertools import product as combinations
from typing import Any

import pytest
import yaml

from deploy.local.product import Product
from shared.contracts.catalogue import contracts_of
from shared.jobs.models import FINAL, Lane
from tests.system.company import Company
from tests.system.metrics import operations_ports, scrape, scrape_all, value
from tests.system.product import ROOT, Running, eventually

RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
SELECTOR = re.compile(r"\b(patron_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')
GROUPING = re.compile(r"\bby \(([^)]*)\)")
CONSUMERS = ("gateway", "registry", "survey", "scoring")
IMPORTERS = ("registry", "survey")


def test_the_outbox_is_exported_by_the_api_of_each_publishing_service_and_by_no_worker(
    product: Running,
) -> None:
    metrics = scrape_all(product)
    assert metrics
    for process, samples in metrics.items():
        service, _, role = process.partition("-")
        exported = {one.name for one in samples if one.name.startswith("patron_outbox_")}
        publishes = role == "api" and bool(contracts_of(service))
        expected = {"patron_outbox_age_seconds", "patron_outbox_depth"} if publishes else set()
        assert exported == expected, process


def test_the_counters_of_consumed_events_and_jobs_exist_before_anything_has_happened(
    product: Running,
) -> None:
    metrics = scrape_all(product)
    for service in CONSUMERS:
        for outcome in ("applied", "ignored", "dead"):
            labels = {"service": service, "outcome": outcome}
            assert value(metrics[f"{service}-worker"], "patron_consumed_total", labels) is not None
    for service, lane, state in combinations(IMPORTERS, Lane, FINAL):
        labels = {"kind": "imports", "lane": lane, "state": state}
        assert value(metrics[f"{service}-worker"], "patron_jobs_total", labels) is not None
    for service, lane in combinations(IMPORTERS, Lane):
        labels = {"kind": "imports", "lane": lane}
        assert value(metrics[f"{service}-worker"], "patron_jobs_running", labels) is not None
    for service in IMPORTERS:
        samples = metrics[f"{service}-worker"]
        assert value(samples, "patron_job_lines_total", {"kind": "imports"}) is not None


def test_the_outbox_grows_in_the_metrics_while_no_worker_publishes_and_is_empty_afterwards(
    product: Running,
) -> None:
    port = operations_ports(product)["registry-api"]
    labels = {"service": "registry"}
    with product.frozen("registry-worker"):
        Company(product).register("出现积压")
        assert value(scrape(port), "patron_outbox_depth", labels)
        first = value(scrape(port), "patron_outbox_age_seconds", labels) or 0
        eventually(lambda: (value(scrape(port), "patron_outbox_age_seconds", labels) or 0) > first)
    eventually(lambda: value(scrape(port), "patron_outbox_depth", labels) == 0)
    assert value(scrape(port), "patron_outbox_age_seconds", labels) == 0


def test_the_lag_of_every_consumer_is_exported_a_few_seconds_after_its_start(
    product: Running,
) -> None:
    def lags() -> list[float | None]:
        metrics = scrape_all(product)
        return [
            value(metrics[f"{name}-worker"], "patron_consumer_lag_records", {"service": name})
            for name in CONSUMERS
        ]

    eventually(lambda: lags() == [0] * len(CONSUMERS))


def test_the_processes_of_the_metrics_are_those_of_the_product(product: Running) -> None:
    roles = {role.name for role in Product(data=product.data, port=0, admin_key="").processes()}
    assert set(operations_ports(product)) == roles


def test_every_metric_and_label_of_the_alerts_is_exported(product: Running) -> None:
    Company(product).register("规则")
    eventually(
        lambda: any(
            one.name == "patron_http_requests_total"
            for one in scrape(operations_ports(product)["registry-api"])
        )
    )
    exported = defaultdict[str, dict[str, set[str]]](lambda: defaultdict(set))
    for one in chain.from_iterable(scrape_all(product).values()):
        for label, text in one.labels.items():
            exported[one.name][label].add(text)
    used = [(name, labels) for rule in RULES for name, labels in SELECTOR.findall(rule["expr"])]
    assert used
    for name, labels in used:
        assert name in exported
        for label, operator, text in MATCHER.findall(labels):
            assert label in exported[name], (name, label)
            if operator == "=":
                assert text in exported[name][label], (name, label, text)
    for rule in RULES:
        watched = [exported[name].keys() for name, _ in SELECTOR.findall(rule["expr"])]
        for grouping in GROUPING.findall(rule["expr"]):
            of_scrapes = {"instance", "process"} if watched else set()
            assert set(grouping.split(", ")) <= of_scrapes.union(*watched), rule["alert"]


@pytest.mark.timeout(300)
def test_a_kafka_outage_is_shown_by_the_loops_that_wait_and_logged_in_a_few_lines(
    real_product: Running,
) -> None:
    assert real_product.broker
    port = operations_ports(real_product)["registry-worker"]
    labels = {"service": "registry", "loop": "relay"}

    def waiting() -> float | None:
        return value(scrape(port), "patron_loop_waiting_seconds", labels)

    log = real_product.data / "real" / "logs" / "registry-worker.log"
    before = len(log.read_text().splitlines())
    eventually(lambda: waiting() == 0)
    real_product.broker.stop()
    try:
        Company(real_product).register("停电")
        eventually(lambda: (waiting() or 0) > 10)
    finally:
        real_product.broker.start()
    eventually(lambda: waiting() == 0, seconds=180)
    lines = [json.loads(line) for line in log.read_text().splitlines()[before:]]
    of_relay = [line["message"] for line in lines if line.get("loop") == "relay"]
    assert (of_relay[0], of_relay[-1]) == ("loop.waits", "loop.continues")
    # Relay and consumer each log a line a minute and one at the end, Kafka's client one a minute.
    assert len(lines) < 20, lines
