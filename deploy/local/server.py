"""A server process with a guard, a folder, a log file, and a clear error if it does not start."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from deploy.local import guard

START_SECONDS = 60
TAIL_LINES = 25


class StartFailed(RuntimeError):
    """A server did not start; the message ends with the last lines of its log."""


def tail(log: Path) -> list[str]:
    """Return the last lines of a log, none if it does not exist."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return text.splitlines()[-TAIL_LINES:]


@dataclass(frozen=True, kw_only=True)
class Launch:
    """The command of a server, the signal that stops it, and its user (None: the current one)."""

    command: Sequence[str]
    signal: int
    user: int | None = None
    group: int | None = None


class ServerFolder:
    """The folder with a server's data and log; a temporary one is removed with its owner."""

    def __init__(self, name: str, path: Path | None) -> None:
        self.temporary = path is None
        self.path = path or Path(tempfile.mkdtemp(prefix=f"patron-{name}-"))
        self.path.mkdir(parents=True, exist_ok=True)
        self.log = self.path / "server.log"

    def tail(self) -> str:
        """Return the last lines of the log, indented."""
        return "\n".join(f"    {line}" for line in tail(self.log))

    def remove(self) -> None:
        if self.temporary:
            shutil.rmtree(self.path, ignore_errors=True)


class GuardedProcess:
    """A running server, and the guard process that stops it when this process ends."""

    def __init__(self, name: str, folder: ServerFolder, launch: Launch) -> None:
        self._name = name
        self._folder = folder
        with folder.log.open("ab") as log:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", guard.__file__, *_guard_options(folder, launch)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def ended(self) -> bool:
        """Whether the guard has ended, and with it the server."""
        return self._guard.poll() is not None

    def wait_until(self, answers: Callable[[], bool]) -> None:
        """Return once `answers` is true; raise StartFailed if the server ends or takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while not answers():
            if self.ended:
                raise self._failure("ended while it was starting")
            if time.monotonic() > deadline:
                self.stop()
                raise self._failure(f"did not answer within {START_SECONDS} seconds")
            time.sleep(0.05)

    def stop(self) -> None:
        """Ask the guard to stop the server and wait until both are gone."""
        if self._guard.stdin is None or self._guard.stdin.closed:
            return
        try:
            self._guard.stdin.write(guard.STOP_REQUEST)
            self._guard.stdin.close()
        except BrokenPipeError:
            pass  # the server ended by itself, and its guard with it
        self._guard.wait()

    def _failure(self, reason: str) -> StartFailed:
        return StartFailed(
            f"{self._name} {reason}. Its log {self._folder.log}:\n{self._folder.tail()}"
        )


class Server(ABC):
    """A server that this process starts: a context manager, or start() and stop()."""

    def __init__(self, name: str, folder: Path | None) -> None:
        self._folder = ServerFolder(name, folder)
        self._process: GuardedProcess | None = None

    @abstractmethod
    def start(self) -> Self:
        """Start the server on a new folder, or on that of an earlier start."""

    @property
    def ended(self) -> bool:
        """Whether the server was started and ended without having been stopped."""
        return self._process is not None and self._process.ended

    def stop(self) -> None:
        """Stop the server; its folder stays, and start() continues on it."""
        if self._process:
            self._process.stop()
            self._process = None

    def close(self) -> None:
        """Stop the server and remove its folder if it was a temporary one."""
        self.stop()
        self._folder.remove()

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.close()


def listens(port: int) -> bool:
    """Return whether a server accepts connections on that port of 127.0.0.1."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _guard_options(folder: ServerFolder, launch: Launch) -> list[str]:
    """Return the command line of guard.py."""
    options = [f"--signal={int(launch.signal)}"]
    if launch.user is not None:
        options.append(f"--user={launch.user}")
    if launch.group is not None:
        options.append(f"--group={launch.group}")
    if folder.temporary:
        options.append(f"--temporary={folder.path}")
    return [*options, "--", *launch.command]
