"""Run the whole product in the foreground: one command, one terminal, one Ctrl-C."""

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
from deploy.local.product import Product, data_folder, import_all, told_port
from deploy.local.readiness import not_ready
from deploy.local.server import StartFailed
from deploy.local.supervise.child import Role
from deploy.local.supervise.signals import Signals
from deploy.local.supervise.supervisor import RoleFailed, Stopped, Supervisor

PUBLIC_PORT = 8000
READY_SECONDS = 90
PREVIOUS_RUN_SECONDS = 20
"""How long the processes of a run that was killed may take to leave its data alone."""


class CannotRun(RuntimeError):
    """The product does not run here as asked; the message says what to change."""


class Servers(Protocol):
    """The servers below the product, started where they were not given."""

    def start(self) -> dict[str, str]:
        """Start them and give what the product's processes are told about them."""
        ...

    def look_after(self) -> None:
        """Start again what died."""
        ...

    def close(self) -> None:
        """Stop what was started."""
        ...


class NoServers:
    """Embedded: SQLite files and the log in one, nothing to start."""

    def start(self) -> dict[str, str]:
        return {}

    def look_after(self) -> None:
        """Nothing can die."""

    def close(self) -> None:
        """Nothing was started."""


@dataclass(frozen=True, kw_only=True)
class Guest:
    """A command that uses the product once it is ready; it may be all that we run for."""

    name: str
    run: Callable[[str, str], None]
    leaves: bool


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to run: the part of the data folder, the servers below, the guest above."""

    part: str = ""
    servers: Servers
    guest: Guest | None = None


def run(plan: Plan) -> int:
    """Run until told to stop, and return the exit code."""
    try:
        return _run(plan)
    except Stopped:
        print("已停止 stopped", flush=True)
        return 0
    except (CannotRun, RoleFailed, StartFailed) as failure:
        print(failure, file=sys.stderr, flush=True)
        return 1


def _run(plan: Plan) -> int:
    began = time.monotonic()
    data, port = data_folder(plan.part), told_port("PATRON_PORT", otherwise=PUBLIC_PORT)
    print(f"Patron 启动中 starting · 数据 data {data}", flush=True)
    with ExitStack() as running:
        signals = running.enter_context(Signals())
        running.enter_context(_alone(data, signals))
        _check(port)
        key = admin_key.ensure(data_folder())
        running.callback(plan.servers.close)
        product = Product(data=data, port=port, admin_key=key.value, told=plan.servers.start())
        import_all()
        supervisor = running.enter_context(Supervisor(signals))
        _start(product, supervisor)
        seconds = time.monotonic() - began
        print(_welcome(product, key.note, seconds), flush=True)
        return _serve(plan, product, supervisor)


@contextmanager
def _alone(data: Path, signals: Signals) -> Iterator[None]:
    """Keep a second run away from the data; processes of a killed one are waited for."""
    (data / "logs").mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + PREVIOUS_RUN_SECONDS
    with (data / "run.lock").open("a+") as lock:
        while not _locked(lock.fileno()):
            if _has_an_owner(lock) or time.monotonic() > deadline:
                raise CannotRun(f"{data} 正在使用中 is in use by another run: set PATRON_DATA.")
            if signals.wait(0.1):
                raise Stopped
        lock.truncate(0)
        print(os.getpid(), file=lock, flush=True)
        yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _has_an_owner(lock: TextIO) -> bool:
    """Tell whether the process that wrote its id into the lock file is still there."""
    lock.seek(0)
    owner = lock.read().strip()
    try:
        os.kill(int(owner), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        pass  # somebody else's, and there
    return True


def _check(port: int) -> None:
    if not is_free(port):
        raise CannotRun(
            f"端口 {port} 已被占用 port {port} is taken: set PATRON_PORT to a free one."
        )


def _start(product: Product, supervisor: Supervisor) -> None:
    """Bring schemas and topics up to date, start every process, wait until all are ready."""
    supervisor.finish([*product.jobs("migrate"), *product.jobs("topics")])
    supervisor.start(product.processes())
    waiting = [*product.probes(), product.port]
    deadline = time.monotonic() + READY_SECONDS
    while waiting := not_ready(waiting):
        supervisor.look_after()
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
    """Show the ports of /livez, /readyz and /metrics."""
    ports = product.ports.items()
    return " ".join(f"{name} {one.operations}/{one.worker}" for name, one in ports)


def _serve(plan: Plan, product: Product, supervisor: Supervisor) -> int:
    """Keep all running: until told to stop, or until a guest that leaves, or that failed, ended."""
    guest = plan.guest and supervisor.invite(_role(plan.guest, product))
    while True:
        supervisor.look_after()
        plan.servers.look_after()
        if plan.guest and guest and guest.ended() and (plan.guest.leaves or guest.status):
            return guest.status or 0


def _role(guest: Guest, product: Product) -> Role:
    use = partial(guest.run, product.url, product.admin_key)
    return product.on_the_terminal(guest.name, use)
