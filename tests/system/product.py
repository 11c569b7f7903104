"""Start the whole product as real processes, as `make run` and `make real` do."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx

from deploy.local.kafka import Kafka
from deploy.local.ports import free_port

ADMIN_KEY = "patron_system-tests-0123456789abcdef"
START_SECONDS = 90
PATIENCE_SECONDS = 60
ROOT = Path(__file__).parents[2]

T = TypeVar("T")


@dataclass(frozen=True)
class Running:
    """A running product: its supervisor, its address and the file with its output."""

    process: subprocess.Popen[bytes]
    url: str
    data: Path
    printed: Path
    client: httpx.Client
    database_url: str | None = None
    broker: Kafka | None = None

    def roles(self) -> list[str]:
        """Return the roles (`registry-api`, `scoring-worker`, ...) whose processes run now."""
        logs = (Path(_log_of(child)) for child in children(self.process.pid))
        return sorted(log.stem for log in logs if log.suffix == ".log")

    def kill(self, role: str) -> int:
        """Wait until the process of a role runs, kill it with kill -9, and return its id."""
        pid = eventually(lambda: self.pid_of(role))
        os.kill(pid, signal.SIGKILL)
        return pid

    @contextmanager
    def frozen(self, role: str) -> Iterator[None]:
        """Stop the process of a role (SIGSTOP) during the block, and continue it afterwards."""
        pid = eventually(lambda: self.pid_of(role))
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def restarted(self, role: str, killed: int) -> bool:
        """Return whether a new process, not the killed one, has the role now."""
        return self.pid_of(role) not in {0, killed}

    def pid_of(self, role: str) -> int:
        """Return the id of the child process that writes the log of a role, 0 if there is none."""
        logs = {child: _log_of(child) for child in children(self.process.pid)}
        return next((child for child, log in logs.items() if log.endswith(f"/{role}.log")), 0)


@contextmanager
def started(
    command: str, data: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """Start the product, wait until it prints that it is ready, and stop it after the block."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    data.mkdir(parents=True, exist_ok=True)
    settings = {"PATRON_DATA": str(data), "PATRON_PORT": str(port), "PATRON_ADMIN_KEY": ADMIN_KEY}
    printed = data / f"printed-{port}.txt"
    with (
        launch(command, printed, settings | dict(environment or {})) as process,
        httpx.Client(base_url=url, headers=AUTHORIZED, timeout=30) as client,
    ):
        product = Running(process, url, data, printed, client)
        eventually(lambda: _is_ready(product), seconds=START_SECONDS)
        yield product


AUTHORIZED = {"Authorization": f"Bearer {ADMIN_KEY}"}


@contextmanager
def launch(
    command: str, printed: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `python -m deploy.local <command>`, with its output in a file, until the block ends."""
    arguments = [sys.executable, "-m", "deploy.local", command]
    with printed.open("ab") as output:
        process = subprocess.Popen(
            arguments,
            cwd=ROOT,
            env=_clean_environment() | dict(environment),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def eventually(
    check: Callable[[], T], *, seconds: float = PATIENCE_SECONDS, pause: float = 0.05
) -> T:
    """Call `check` until its result is true, and return the result; fail after `seconds`.

    `pause` is in seconds: a check that reads much should not be repeated at once.
    """
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, f"not within {seconds} seconds"
        time.sleep(pause)  # noqa: TID251  polls until a deadline
    return found


def children(pid: int) -> list[int]:
    """Return the ids of the child processes of a process."""
    try:
        ids = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in ids.split()]


def is_running(pid: int) -> bool:
    """Return whether a process exists and is not a zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def _is_ready(product: Running) -> bool:
    text = product.printed.read_text()
    assert product.process.poll() is None, text
    return "ready: " in text


def _log_of(pid: int) -> str:
    """Return the path of the file that is a process's standard output, or an empty text."""
    try:
        return str(Path(f"/proc/{pid}/fd/1").readlink())
    except OSError:
        return ""


def _clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PATRON_")}
