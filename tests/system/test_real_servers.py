"""`make real` without configured servers starts PostgreSQL and Kafka, and restarts them."""

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.system.company import Company
from tests.system.product import Running, children, eventually, started


@pytest.fixture(scope="module")
def product(postgres_server: str) -> Iterator[Running]:  # noqa: ARG001  the test is skipped without it
    """Start everything in a folder that `nobody` may enter: root runs PostgreSQL as `nobody`."""
    with tempfile.TemporaryDirectory(prefix="patron-") as folder:
        Path(folder).chmod(0o755)
        with started("real", Path(folder)) as running:
            yield running


def guards(product: Running) -> list[int]:
    """Return the guard processes of the servers."""
    return [child for child in children(product.process.pid) if _runs_guard(child)]


def servers(product: Running) -> list[int]:
    """Return the processes of PostgreSQL and Kafka."""
    return [server for guard in guards(product) for server in children(guard)]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("victims", [servers, guards])
def test_p1_killed_servers_are_restarted_with_all_their_data(
    product: Running, victims: Callable[[Running], list[int]]
) -> None:
    """P1: a customer acknowledged before kill -9 of PostgreSQL and Kafka exists afterwards."""
    company = Company(product)
    before = company.register("陈静")
    killed = eventually(lambda: _both(victims(product)))
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: _both(victims(product)) and not set(killed) & set(victims(product)))
    assert company.get(f"/v1/customers/{before}")["name"] == "陈静"
    after = company.register("周磊")
    company.wait_for_points({before: Decimal(0), after: Decimal(0)}, seconds=120)


def _both(pids: list[int]) -> list[int]:
    return pids if len(pids) == 2 else []


def _runs_guard(pid: int) -> bool:
    """Return whether the process is the guard process of a server (deploy/local/guard.py)."""
    try:
        return b"guard.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
