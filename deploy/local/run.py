"""Run the whole product in the foreground of a terminal, until Ctrl-C."""

import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol, TextIO

from deploy.local import admin_key
from deploy.local.product import Product, data_folder, import_all, port_from_environment
from deploy.local.readiness import not_ready
from deploy.local.server import StartFailed, require_free
from deploy.local.supervise.child import Role
from deploy.local.supervise.signals import Signals
from deploy.local.supervise.supervisor import RoleFailed, Stopped, Supervisor

PUBLIC_PORT = 8000
READY_SECONDS = 90
PREVIOUS_RUN_SECONDS = 20
"""How long to wait for the data folder while processes of a killed run may still use it."""


class CannotRun(RuntimeError):
    """The product cannot start; the message says what the user has to change."""


class Servers(Protocol):
    """The database and Kafka servers that the product needs."""

    def start(self) -> dict[str, str]:
        """Start the missing servers; return the settings with the addresses of all servers."""
        ...

    def addresses(self) -> list[str]:
        """Return lines that describe how people connect to the servers; by default none."""
        return []

    def restart_ended(self) -> None:
        """Restart the servers that ended."""
        ...

    def close(self) -> None:
        """Stop the servers that were started."""
        ...


class NoServers(Servers):
    """No servers: the product runs on its embedded stack, which consists of SQLite files."""

    def start(self) -> dict[str, str]:
        """Return no settings: the embedded stack has no addresses of servers."""
        return {}

    def restart_ended(self) -> None:
        """Do nothing: the embedded stack has no servers that could have ended."""

    def close(self) -> None:
        """Do nothing: the embedded stack has no servers to stop."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """The demo or the benchmark: a function that uses the product once the product is ready.

    The function runs in a process of its own. `run` is called with the URL of the product and an
    administrator's API key. With `ends_run` the product is stopped when the function has returned.
    """

    name: str
    run: Callable[[str, str], None]
    ends_run: bool


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How to run the product.

    `part` is a subfolder of the data folder, or empty for the folder itself. `servers` are the
    database and Kafka that the product needs. `client` is the demo or the benchmark, which runs in
    one more process beside the product; None if neither is wanted.
    """

    part: str = ""
    servers: Servers
    client: Client | None = None


def run(plan: Plan) -> int:
    """Run the product until it is stopped, and return the exit code."""
    try:
        return _run(plan)
    except Stopped:
        print("已停止 stopped", flush=True)
        return 0
    except (CannotRun, RoleFailed, StartFailed) as failure:
        print(failure, file=sys.stderr, flush=True)
        return 1


def _run(plan: Plan) -> int:
    """Start the servers and the product, print its addresses, and restart what ends.

    Return the exit code. Everything that was started is stopped before.
    """
    began = time.monotonic()
    data, port = data_folder(plan.part), port_from_environment("PATRON_PORT", otherwise=PUBLIC_PORT)
    print(f"Patron 启动中 starting · 数据 data {data}", flush=True)
    with ExitStack() as running:
        signals = running.enter_context(Signals())
        running.enter_context(_locked(data, signals))
        require_free(port, "PATRON_PORT")
        key = admin_key.ensure(data_folder())
        running.callback(plan.servers.close)
        product = Product(data=data, port=port, admin_key=key.value, settings=plan.servers.start())
        import_all()
        supervisor = running.enter_context(Supervisor(signals))
        _start(product, supervisor)
        seconds = time.monotonic() - began
        print(_welcome(product, key.note, plan.servers.addresses(), seconds), flush=True)
        return _watch(plan, product, supervisor)


@contextmanager
def _locked(data: Path, signals: Signals) -> Iterator[None]:
    """Lock the data folder against a second run, until the `with` block ends.

    Processes of a killed run may still have the lock: wait for them. Raises CannotRun if another
    run is alive.
    """
    (data / "logs").mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + PREVIOUS_RUN_SECONDS
    with (data / "run.lock").open("a+") as lock:
        while not _try_lock(lock.fileno()):
            if _is_owner_alive(lock) or time.monotonic() > deadline:
                raise CannotRun(f"{data} 正在使用中 is in use by another run: set PATRON_DATA.")
            if signals.wait(0.1):
                raise Stopped
        lock.truncate(0)
        print(os.getpid(), file=lock, flush=True)
        yield


def _try_lock(descriptor: int) -> bool:
    """Return whether this process could lock the file."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_owner_alive(lock: TextIO) -> bool:
    """Return whether the run whose process id is in the lock file is alive."""
    lock.seek(0)
    owner = lock.read().strip()
    try:
        os.kill(int(owner), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        pass  # the process is alive and belongs to another user
    return True


def _start(product: Product, supervisor: Supervisor) -> None:
    """Migrate schemas, create topics, start all processes, and wait until they are ready."""
    supervisor.finish([*product.jobs("migrate"), *product.jobs("topics")])
    supervisor.start(product.processes())
    waiting = [*product.probes(), product.port]
    deadline = time.monotonic() + READY_SECONDS
    while waiting := not_ready(waiting):
        supervisor.wait_and_restart()
        if time.monotonic() > deadline:
            raise CannotRun(f"未能就绪 not ready; see {product.data / 'logs'}")


def _welcome(product: Product, key_note: str, servers: list[str], seconds: float) -> str:
    """Return the lines that tell the user that the product is ready and where to find it."""
    lines = (
        f"Patron 已就绪 ready: {product.url}  ({seconds:.1f} s)",
        f"  接口文档 API      {product.url}/docs",
        f"  管理密钥 key      {key_note}",
        f"  运行日志 logs     {product.data / 'logs'}",
        f"  指标 metrics      {_probe_ports(product)}  (127.0.0.1, api/worker)",
        *servers,
        "  Ctrl-C 停止 stops it",
    )
    return "\n".join(lines)


def _probe_ports(product: Product) -> str:
    """Return the ports of the probes (/livez, /readyz, /metrics), such as "survey 8101/8102 ...".

    The first port of a service belongs to its API, the second one to its worker.
    """
    services = product.ports.items()
    return " ".join(f"{name} {ports.operations}/{ports.worker}" for name, ports in services)


def _watch(plan: Plan, product: Product, supervisor: Supervisor) -> int:
    """Restart processes and servers that end, until a signal arrives; return the exit code.

    The run also ends when the plan's client fails, or exits while its `ends_run` is set.
    """
    client = plan.client and supervisor.start_once(_client_role(plan.client, product))
    while True:
        supervisor.wait_and_restart()
        plan.servers.restart_ended()
        if plan.client and client and client.ended() and (plan.client.ends_run or client.status):
            return client.status or 0


def _client_role(client: Client, product: Product) -> Role:
    """Return the role of the process that runs the client (the demo or the benchmark).

    A role is the work of one child process. The client prints to the terminal, not to a log.
    """
    run_client = partial(client.run, product.url, product.admin_key)
    return product.on_the_terminal(client.name, run_client)
