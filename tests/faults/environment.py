"""A running product on one stack, and how the campaign kills, freezes and adds processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.acknowledged import AcknowledgedWrites
from tests.faults.disk import Disk
from tests.faults.infrastructure import Infrastructure, PublishedRecord
from tests.faults.names import APIS, WORKERS
from tests.faults.pause import Pause
from tests.faults.published import PublishedEvents
from tests.system.product import PATIENCE_SECONDS, ROOT, Running, eventually, is_running

FAST_SETTLING = {"SCORING_SETTLE_AFTER_SECONDS": "0.5"}
ROLES = APIS + WORKERS


@dataclass
class Environment:
    """A running product, the writes that it acknowledged and the events that it published."""

    stack: str
    product: Running
    infrastructure: Infrastructure
    disk: Disk
    folder: Path
    acknowledged: AcknowledgedWrites = field(default_factory=AcknowledgedWrites)
    published: PublishedEvents = field(default_factory=PublishedEvents)
    last_orders: list[PublishedRecord] = field(default_factory=list)
    """A few order events that scoring has applied."""
    pause: Pause = field(default_factory=Pause)
    backlog: int = 10_000
    """The number of orders that the fault `behind` imports while scoring is stopped."""

    def pid(self, role: str) -> int:
        """Wait until a process with this role runs, and return its id."""
        return eventually(lambda: self.product.pid_of(role))

    def kill(self, role: str) -> None:
        """Kill the process of a role with kill -9, and wait until it has been restarted."""
        killed = self.product.kill(role)
        eventually(lambda: self.product.restarted(role, killed))

    @contextmanager
    def frozen(self, role: str) -> Iterator[int]:
        """Stop the process of a role inside the `with` block, and continue it afterwards."""
        with stopped(self.pid(role)) as pid:
            yield pid

    @contextmanager
    def service_stopped(self, service: str) -> Iterator[None]:
        """End the api and the worker of a service; they start again after the `with` block.

        Inside the block the supervisor is stopped (SIGSTOP), so that it restarts nothing.
        """
        pids = [self.pid(role) for role in ROLES if role.startswith(f"{service}-")]
        with stopped(self.product.process.pid):
            for pid in pids:
                os.kill(pid, signal.SIGTERM)
            eventually(lambda: not any(map(is_running, pids)))
            yield

    @contextmanager
    def second_worker(self, worker: str) -> Iterator["subprocess.Popen[bytes]"]:
        """Run a second worker of a service inside the `with` block."""
        service = worker.partition("-")[0]
        log = self.folder / f"second-{worker}.log"
        before = log.stat().st_size if log.exists() else 0
        with ExitStack() as running:
            process = running.enter_context(self._process([f"services.{service}", "work"], log))
            eventually(lambda: b"process.started" in log.read_bytes()[before:])
            yield process

    def command(self, service: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a module with the settings of a service, and return its result when it has ended."""
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=os.environ | self._settings(service),
            capture_output=True,
            text=True,
            check=False,
        )

    @contextmanager
    def _process(self, arguments: list[str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
        service = arguments[0].rpartition(".")[2]
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env=os.environ | self._settings(service),
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _settings(self, service: str) -> Mapping[str, str]:
        return FAST_SETTLING | self.infrastructure.process_settings(service)


@contextmanager
def stopped(pid: int) -> Iterator[int]:
    """Stop a process with SIGSTOP inside the `with` block, and continue it afterwards."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield pid
    finally:
        with suppress(ProcessLookupError):  # it may have been killed while it was stopped
            os.kill(pid, signal.SIGCONT)
