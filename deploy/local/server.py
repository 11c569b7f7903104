"""Starting and stopping a server process that has a guard process, a folder and a log file."""

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

from deploy.local import guard, logs
from deploy.local.ports import is_free

START_SECONDS = 60
TAIL_LINES = 25


class StartFailed(RuntimeError):
    """A server did not start; the message ends with the last lines of its log."""


def tail(log: Path) -> list[str]:
    """Return the last lines of a log; an empty list if the log does not exist."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return text.splitlines()[-TAIL_LINES:]


@dataclass(frozen=True, kw_only=True)
class Launch:
    """The command of a server, the signal that stops it, and its user (None: the current user)."""

    command: Sequence[str]
    signal: int
    user: int | None = None
    group: int | None = None


class ServerFolder:
    """The folder with a server's data and log.

    Without a path it is a temporary folder, which is removed when the server is closed.
    """

    def __init__(self, name: str, path: Path | None) -> None:
        self.temporary = path is None
        self.path = path or Path(tempfile.mkdtemp(prefix=f"patron-{name}-"))
        self.path.mkdir(parents=True, exist_ok=True)
        self.log = self.path / "server.log"

    def tail(self) -> str:
        """Return the last lines of the log, indented."""
        return "\n".join(f"    {line}" for line in tail(self.log))

    def remove(self) -> None:
        """Remove the folder if it is a temporary one."""
        if self.temporary:
            shutil.rmtree(self.path, ignore_errors=True)


class GuardedProcess:
    """A running server with its guard process, which stops the server when this process ends.

    The guard (deploy/local/guard.py) starts the server, and notices the end of this process because
    the pipe to the guard's standard input is then closed.
    """

    def __init__(self, name: str, folder: ServerFolder, launch: Launch) -> None:
        self._name = name
        self._folder = folder
        logs.rotate_if_full(folder.log)
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
        """Whether the guard process has ended, which means that the server has ended too."""
        return self._guard.poll() is not None

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        """Wait until `is_ready` returns True.

        Raises StartFailed if the server ends before or takes longer than START_SECONDS.
        """
        deadline = time.monotonic() + START_SECONDS
        while not is_ready():
            if self.ended:
                raise self._failure("ended while it was starting")
            if time.monotonic() > deadline:
                self.stop()
                raise self._failure(f"did not answer within {START_SECONDS} seconds")
            time.sleep(0.05)

    def stop(self) -> None:
        """Ask the guard to stop the server, and wait until both processes have ended."""
        if self._guard.stdin is None or self._guard.stdin.closed:
            return
        try:
            self._guard.stdin.write(guard.STOP_REQUEST)
            self._guard.stdin.close()
        except BrokenPipeError:
            pass  # the server has ended by itself, and then its guard has ended too
        self._guard.wait()

    def _failure(self, reason: str) -> StartFailed:
        """Return the error that the server did not start, with the last lines of its log."""
        return StartFailed(
            f"{self._name} {reason}. Its log {self._folder.log}:\n{self._folder.tail()}"
        )


class Server(ABC):
    """A server that this process starts, by a `with` statement or by start() and stop()."""

    def __init__(self, name: str, folder: Path | None) -> None:
        self._folder = ServerFolder(name, folder)
        self._process: GuardedProcess | None = None

    @abstractmethod
    def start(self) -> Self:
        """Start the server on the data of its folder, and wait until it is ready."""

    @property
    def ended(self) -> bool:
        """Whether the server has ended although nobody stopped it."""
        return self._process is not None and self._process.ended

    def stop(self) -> None:
        """Stop the server; start() may start it again with the same data."""
        if self._process:
            self._process.stop()
            self._process = None

    def close(self) -> None:
        """Stop the server, and remove its folder if it is a temporary one."""
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


def require_free(port: int, variable: str) -> None:
    """Raise StartFailed if another process listens on a port that `variable` sets."""
    if not is_free(port):
        raise StartFailed(
            f"端口 {port} 已被占用 port {port} is taken: set {variable} to a free one."
        )


def listens(port: int) -> bool:
    """Return whether a server accepts connections on a port of 127.0.0.1."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _guard_options(folder: ServerFolder, launch: Launch) -> list[str]:
    """Return the arguments of guard.py, which end with the command of the server."""
    options = [f"--signal={int(launch.signal)}"]
    if launch.user is not None:
        options.append(f"--user={launch.user}")
    if launch.group is not None:
        options.append(f"--group={launch.group}")
    if folder.temporary:
        options.append(f"--temporary={folder.path}")
    return [*options, "--", *launch.command]
