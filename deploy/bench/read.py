"""The read benchmark: GET of one customer, from the service, the gateway and a bare server."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from deploy.bench.bare import CONNECTIONS as BARE_CONNECTIONS
from deploy.bench.figures import Figure, Part
from deploy.bench.subject import Subject
from deploy.local.ports import free_port
from services.gateway.identity import keys
from services.gateway.identity.signer import sign
from shared.http.identity import Identity
from shared.row_access import Rows

ROUNDS = 7
SECONDS = 4
CONNECTIONS = 16
START_SECONDS = 20
PATIENCE_SECONDS = 30
SERVICE_SHARE = 0.3
GATEWAY_SHARE = 0.15

Authorize = Callable[[], str]


def measure(subject: Subject) -> Part:
    """Measure the three servers in turn, ROUNDS times, and compare the medians.

    A first round, which warms the servers up, is left out.
    """
    customer = _some_customer(subject)
    with _bare_server() as bare:
        ways: dict[str, tuple[str, Authorize]] = {
            "bare": (f"{bare}/customers/{customer}", str),
            "service": (f"{_service_url()}/v1/customers/{customer}", _signed_authorization),
            "gateway": (f"{subject.url}/v1/customers/{customer}", lambda: f"Bearer {subject.key}"),
        }
        rounds = [
            {way: _run_load_generator(url, authorize) for way, (url, authorize) in ways.items()}
            for _ in range(ROUNDS + 1)
        ]
    return _part(rounds[1:])


def _part(rounds: list[dict[str, dict[str, Any]]]) -> Part:
    """Return the median rates as figures, with the ratios to the rate of the bare server."""
    rates = {way: median(result[way]["rate"] for result in rounds) for way in rounds[0]}
    failed = sum(result[way]["failed"] for result in rounds for way in result)
    figures = [Figure(name=f"{way}", value=rate, unit="/s") for way, rate in rates.items()]
    figures += [
        Figure(
            name="service / bare",
            value=rates["service"] / rates["bare"],
            unit="",
            least=SERVICE_SHARE,
        ),
        Figure(
            name="gateway / bare",
            value=rates["gateway"] / rates["bare"],
            unit="",
            least=GATEWAY_SHARE,
        ),
        Figure(name="failed", value=failed, unit="", most=0),
    ]
    about = (
        f"GET of one customer; bare: FastAPI + asyncpg, one process, {BARE_CONNECTIONS} "
        f"connections, the same row of the same PostgreSQL; closed loop of {CONNECTIONS} "
        f"connections in its own process on one CPU; medians of {len(rounds)} interleaved "
        f"rounds of {SECONDS} s"
    )
    return Part(name="read", about=about, figures=figures, raw={"rounds": rounds})


def _some_customer(subject: Subject) -> str:
    """Return the id of a stored customer; create one if there is none."""
    found = subject.get("/v1/customers", limit=1)["items"]
    if found:
        return str(found[0]["id"])
    body = {"name": "Bench", "kind": "organisation", "nature": "retailer"}
    created = subject.http.post("/v1/customers", json=body).raise_for_status().json()
    return str(created["id"])


def _service_url() -> str:
    return f"http://127.0.0.1:{os.environ['REGISTRY_PORT']}"


def _signed_authorization() -> str:
    """Return the Authorization header that the gateway sends to the registry.

    The token in the header is valid for longer than one round takes.
    """
    key = keys.load(Path(os.environ["PATRON_DATA"]) / "identity.key")
    caller = Identity("bench", "bench", frozenset({"admin"}), Rows.ALL)
    return f"Bearer {sign(caller, 'registry', key, time.time())}"


def _run_load_generator(url: str, authorize: Authorize) -> dict[str, Any]:
    """Run the load generator in a process of its own and return its measurements."""
    arguments = [url, authorize(), str(CONNECTIONS), str(SECONDS)]
    command = [sys.executable, "-m", "deploy.bench.closed_loop", *arguments]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, check=True, timeout=SECONDS + PATIENCE_SECONDS
    )
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


@contextmanager
def _bare_server() -> Iterator[str]:
    """Run the bare server in a process of its own and yield its URL."""
    port, url = free_port(), os.environ["REGISTRY_DATABASE_URL"]
    command = [sys.executable, "-m", "deploy.bench.bare", url, str(port)]
    with subprocess.Popen(command) as process:
        try:
            _wait_until_it_answers(f"http://127.0.0.1:{port}/openapi.json")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait_until_it_answers(url: str) -> None:
    """Wait until a GET of the URL succeeds; raise the transport error after START_SECONDS."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            httpx.get(url).raise_for_status()
            return
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
