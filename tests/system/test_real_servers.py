"""`make real` without configured servers starts PostgreSQL and Kafka, and restarts them."""

import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from deploy.local.ports import free_port
from tests.system.company import Company
from tests.system.product import Running, children, eventually, launch, started


@pytest.fixture(scope="module")
def product(postgres_server: str) -> Iterator[Running]:  # noqa: ARG001  the test is skipped without it
    """Start everything in a folder that `nobody` may enter: root runs PostgreSQL as `nobody`."""
    with tempfile.TemporaryDirectory(prefix="patron-") as folder:
        Path(folder).chmod(0o755)
        with started("real", Path(folder), {"PATRON_KAFKA_PORT": str(free_port())}) as running:
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


def test_other_programs_connect_by_the_printed_commands(
    product: Running, program: Callable[[str], str]
) -> None:
    """They are commands of kcat and psql, and the port of Kafka is the chosen one."""
    customer = Company(product).register("王芳")
    lines = product.printed.read_text().splitlines()
    kcat, psql = (
        next(line.strip() for line in lines if name in line) for name in ("kcat ", "psql ")
    )
    port = _environment(product)["PATRON_KAFKA_PORT"]
    assert kcat.startswith(f"kcat -b 127.0.0.1:{port} ")
    kcat = kcat.replace("kcat", program("kcat"), 1)
    assert eventually(lambda: customer in _output(f"{kcat} -q -f '%k\\n'"))
    query = "SELECT name FROM registry.customers"
    assert "王芳" in _output(f'{psql} -c "{query}"')


def test_a_port_of_kafka_that_is_taken_ends_the_command_with_one_sentence(
    postgres_server: str, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        environment = {
            "PATRON_DATABASE_URL": postgres_server,
            "PATRON_KAFKA_PORT": str(port),
            "PATRON_PORT": str(free_port()),
            "PATRON_DATA": str(tmp_path),
        }
        printed = tmp_path / "printed.txt"
        with launch("real", printed, environment) as process:
            assert process.wait(60) == 1
    last = printed.read_text().splitlines()[-1]
    assert last.endswith(f"port {port} is taken: set PATRON_KAFKA_PORT to a free one.")


def _environment(product: Running) -> dict[str, str]:
    """Return the environment of the command that runs the product."""
    entries = Path(f"/proc/{product.process.pid}/environ").read_text().split("\0")
    return dict(entry.split("=", 1) for entry in entries if entry)


def _output(command: str) -> str:
    """Return what a command of the shell prints."""
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)  # noqa: S602  as a person would paste it
    return done.stdout


def _both(pids: list[int]) -> list[int]:
    return pids if len(pids) == 2 else []


def _runs_guard(pid: int) -> bool:
    """Return whether the process is the guard process of a server (deploy/local/guard.py)."""
    try:
        return b"guard.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
