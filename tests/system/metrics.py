"""The metrics that the processes of a running product export to Prometheus."""

import re
from collections.abc import Mapping, Sequence

import httpx
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from tests.system.product import Running

_PORTS = re.compile(r"\b(gateway|registry|survey|scoring) (\d+)/(\d+)")


def operations_ports(product: Running) -> dict[str, str]:
    """Return the port of the metrics of each process (`registry-api`), as the product prints it."""
    found: dict[str, str] = {}
    for service, api, worker in _PORTS.findall(product.printed.read_text()):
        found |= {f"{service}-api": api, f"{service}-worker": worker}
    return found


def scrape(port: str) -> list[Sample]:
    """Return the samples that the process with this port exports now."""
    text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text
    families: Sequence[Metric] = list(text_string_to_metric_families(text))
    return [sample for family in families for sample in family.samples]


def scrape_all(product: Running) -> dict[str, list[Sample]]:
    """Return the samples of each process of a product."""
    return {process: scrape(port) for process, port in operations_ports(product).items()}


def value(samples: Sequence[Sample], name: str, labels: Mapping[str, str]) -> float | None:
    """Return the value of the sample with this name and these labels; None if there is none."""
    found = (one.value for one in samples if one.name == name and one.labels == labels)
    return next(found, None)
