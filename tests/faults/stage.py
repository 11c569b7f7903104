"""A running product on one stack, and the hands that the campaign lays on it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.below import Below, Told
from tests.faults.book import Book
from tests.faults.contact import APIS, WORKERS
from tests.faults.disk import Disk
from tests.faults.topics import Topics
from tests.system.product import PATIENCE_SECONDS, ROOT, Running, eventually

QUICK = {"SCORING_SETTLE_AFTER_SECONDS": "0.5"}
ROLES = APIS + WORKERS


@dataclass
class Stage:
    """One product from its start on: what was written to it and what its log told."""

    stack: str
    product: Running
    below: Below
    disk: Disk
    folder: Path
    book: Book = field(default_factory=Book)
    topics: Topics = field(default_factory=Topics)
    last_orders: list[Told] = field(default_factory=list)
    """Some order events that scoring has applied."""
    backlog: int = 10_000

    def pid(self, role: str) -> int:
        """Give the process of a role, once it runs."""
        return eventually(lambda: self.product._found(role))

    def kill(self, role: str) -> None:
        """End a role with kill -9 and wait until another process has it."""
        killed = self.product.kill(role)
        eventually(lambda: self.product.restarted(role, killed))

    @contextmanager
    def frozen(self, role: str) -> Iterator[int]:
        """Hold a role's process still meanwhile."""
        with held_still(self.pid(role)) as pid:
            yield pid

    @contextmanager
    def second(self, worker: str) -> Iterator["subprocess.Popen[bytes]"]:
        """Run another worker of a service beside the first."""
        service = worker.partition("-")[0]
        log = self.folder / f"second-{worker}.log"
        before = log.stat().st_size if log.exists() else 0
        with ExitStack() as running:
            process = running.enter_context(self._process([f"services.{service}", "work"], log))
            eventually(lambda: b"process.started" in log.read_bytes()[before:])
            yield process

    def command(self, service: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a module to its end with the settings of a service."""
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
        return QUICK | self.below.environment(service)


@contextmanager
def held_still(pid: int) -> Iterator[int]:
    """Stop a process by SIGSTOP meanwhile."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield pid
    finally:
        with suppress(ProcessLookupError):  # it may have been killed while it stood still
            os.kill(pid, signal.SIGCONT)
