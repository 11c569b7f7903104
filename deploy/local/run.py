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
from deploy.local.ports import is_free
from deploy.local.product import Product, data_folder, import_all, port_from_environment
from deploy.local.readiness import not_ready
from deploy.local.server import StartFailed
from deploy.local.supervise.child import Role
from deploy.local.supervise.signals import Signals
from deploy.local.supervise.supervisor import RoleFailed, Stopped, Supervisor

PUBLIC_PORT = 8000
READY_SECONDS = 90
PREVIOUS_RUN_SECONDS = 20
"""How long to wait for the data while processes of a killed run may still use it."""


class CannotRun(RuntimeError):
    """The product cannot run like this; the message says what to change."""


class Servers(Protocol):
    """The database and Kafka servers that the product needs."""

    def start(self) -> dict[str, str]:
        """Start the servers that are not given; return the settings that lead to all of them."""
        ...

    def restart_ended(self) -> None:
        """Restart the servers that ended."""
        ...

    def close(self) -> None:
        """Stop the servers that were started."""
        ...


class NoServers:
    """The embedded stack, which is SQLite files and needs no servers."""

    def start(self) -> dict[str, str]:
        return {}

    def restart_ended(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """A command that uses the product once it is ready, called with its URL and an admin's API key.

    With `ends_run` the product is stopped when the command has ended.
    """

    name: str
    run: Callable[[str, str], None]
    ends_run: bool


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A run: the subfolder for its data, the servers below it, the client that uses it."""

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
    """Lock the data, start servers and processes, print the addresses, and watch until the end."""
    began = time.monotonic()
    data, port = data_folder(plan.part), port_from_environment("PATRON_PORT", otherwise=PUBLIC_PORT)
    print(f"Patron 启动中 starting · 数据 data {data}", flush=True)
    with ExitStack() as running:
        signals = running.enter_context(Signals())
        running.enter_context(_locked(data, signals))
        _require_free(port)
        key = admin_key.ensure(data_folder())
        running.callback(plan.servers.close)
        product = Product(data=data, port=port, admin_key=key.value, settings=plan.servers.start())
        import_all()
        supervisor = running.enter_context(Supervisor(signals))
        _start(product, supervisor)
        seconds = time.monotonic() - began
        print(_welcome(product, key.note, seconds), flush=True)
        return _serve(plan, product, supervisor)


@contextmanager
def _locked(data: Path, signals: Signals) -> Iterator[None]:
    """Lock the data folder against a second run; wait until processes of a killed run end."""
    (data / "logs").mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + PREVIOUS_RUN_SECONDS
    with (data / "run.lock").open("a+") as lock:
        while not _try_lock(lock.fileno()):
            if _is_owned(lock) or time.monotonic() > deadline:
                raise CannotRun(f"{data} 正在使用中 is in use by another run: set PATRON_DATA.")
            if signals.wait(0.1):
                raise Stopped
        lock.truncate(0)
        print(os.getpid(), file=lock, flush=True)
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_owned(lock: TextIO) -> bool:
    """Return whether the process whose id is in the lock file is alive."""
    lock.seek(0)
    owner = lock.read().strip()
    try:
        os.kill(int(owner), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        pass  # it is alive and belongs to another user
    return True


def _require_free(port: int) -> None:
    if not is_free(port):
        raise CannotRun(
            f"端口 {port} 已被占用 port {port} is taken: set PATRON_PORT to a free one."
        )


def _start(product: Product, supervisor: Supervisor) -> None:
    """Update schemas and topics, start every process, and wait until all are ready."""
    supervisor.finish([*product.jobs("migrate"), *product.jobs("topics")])
    supervisor.start(product.processes())
    waiting = [*product.probes(), product.port]
    deadline = time.monotonic() + READY_SECONDS
    while waiting := not_ready(waiting):
        supervisor.wait_and_restart()
        if time.monotonic() > deadline:
            raise CannotRun(f"未能就绪 not ready; see {product.data / 'logs'}")


def _welcome(product: Product, key: str, seconds: float) -> str:
    lines = (
        f"Patron 已就绪 ready: {product.url}  ({seconds:.1f} s)",
        f"  接口文档 API      {product.url}/docs",
        f"  管理密钥 key      {key}",
        f"  运行日志 logs     {product.data / 'logs'}",
        f"  指标 metrics      {_probes(product)}  (127.0.0.1, api/worker)",
        "  Ctrl-C 停止 stops it",
    )
    return "\n".join(lines)


def _probes(product: Product) -> str:
    """Return the ports of /livez, /readyz and /metrics as text."""
    ports = product.ports.items()
    return " ".join(f"{name} {one.operations}/{one.worker}" for name, one in ports)


def _serve(plan: Plan, product: Product, supervisor: Supervisor) -> int:
    """Restart what ends, until stopped, or until a client ended that ends the run or failed."""
    client = plan.client and supervisor.start_once(_role(plan.client, product))
    while True:
        supervisor.wait_and_restart()
        plan.servers.restart_ended()
        if plan.client and client and client.ended() and (plan.client.ends_run or client.status):
            return client.status or 0


def _role(client: Client, product: Product) -> Role:
    use = partial(client.run, product.url, product.admin_key)
    return product.on_the_terminal(client.name, use)
