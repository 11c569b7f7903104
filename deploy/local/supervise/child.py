"""One forked child, which writes to its own log and ends when its supervisor is gone."""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import NoReturn

from deploy.local.supervise.signals import restore_defaults

GRACE_SECONDS = 12.0


@dataclass(frozen=True, kw_only=True)
class Role:
    """The work of a child, its environment variables, and its log (None: the terminal)."""

    name: str
    run: Callable[[], None]
    environment: Mapping[str, str]
    log: Path | None


class Lifeline:
    """A pipe that only the supervisor can write to: it closes however the supervisor ends."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()

    def watch(self) -> None:
        """In a child: send itself SIGTERM when the supervisor is gone, and later SIGKILL."""
        os.close(self._writer)
        Thread(target=self._wait, name="lifeline", daemon=True).start()

    def close(self) -> None:
        os.close(self._reader)
        os.close(self._writer)

    def _wait(self) -> None:
        """Wait until the pipe closes, then end this process."""
        os.read(self._reader, 1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)


class Child:
    """A running role; `status` is None until it has ended."""

    def __init__(self, role: Role, lifeline: Lifeline) -> None:
        self.role = role
        self.status: int | None = None
        self.started = time.monotonic()
        self.pid = _fork(role, lifeline)

    def ended(self) -> bool:
        """Return whether the child has ended; `status` is then its exit code, or minus a signal."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the child, unless it has ended."""
        if not self.ended():
            os.kill(self.pid, number)


def _fork(role: Role, lifeline: Lifeline) -> int:
    """Fork a process that runs the role; return its id, in the supervisor only."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        _run_child(role, lifeline)
    return pid


def _run_child(role: Role, lifeline: Lifeline) -> NoReturn:
    """In the child: run the role with its log and environment, then exit."""
    code = 1
    try:
        restore_defaults()
        os.setsid()  # Ctrl-C reaches only the supervisor, which then ends its children
        lifeline.watch()
        _write_to(role.log)
        os.environ.update(role.environment)
        role.run()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
        if isinstance(leaving.code, str):
            print(leaving.code, file=sys.stderr)
    except BaseException:  # noqa: BLE001  the child ends here in any case
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _write_to(log: Path | None) -> None:
    """Redirect standard output and error to a log, and close standard input."""
    if log is None:
        return
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nothing), (1, descriptor), (2, descriptor)):
        os.dup2(source, target)
    os.close(descriptor)
    os.close(nothing)
