"""A forked child process, which writes to its own log and ends when its supervisor is gone."""

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

from deploy.local import logs
from deploy.local.supervise.signals import restore_defaults

GRACE_SECONDS = 12.0


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role: the work of one child process, such as the API of the registry or a migration.

    `run` is the function that the process calls, `environment` its additional environment
    variables, and `log` the file for its output, or None for output to the terminal.
    """

    name: str
    run: Callable[[], None]
    environment: Mapping[str, str]
    log: Path | None


class Lifeline:
    """A pipe by which children notice that their supervisor has ended.

    Only the supervisor has its write end, so the system closes the pipe even after kill -9.
    """

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()

    def watch(self) -> None:
        """End the calling child process by SIGTERM, later SIGKILL, once the supervisor is gone."""
        os.close(self._writer)
        Thread(target=self._end_with_supervisor, name="lifeline", daemon=True).start()

    def close(self) -> None:
        """Close the pipe in the supervisor, which ends all children."""
        os.close(self._reader)
        os.close(self._writer)

    def _end_with_supervisor(self) -> None:
        """Wait until the pipe is closed, then end this process."""
        os.read(self._reader, 1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)


class Child:
    """A child process that runs a role.

    `status` is None until the process has ended; then it is the exit code, or the negative number
    of the signal that ended it.
    """

    def __init__(self, role: Role, lifeline: Lifeline) -> None:
        self.role = role
        self.status: int | None = None
        self.started = time.monotonic()
        self.pid = _fork(role, lifeline)

    def ended(self) -> bool:
        """Return whether the child has ended, and set `status` if it has."""
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
    """Fork a process that runs the role; return its process id. Only the supervisor returns."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        _run_child(role, lifeline)
    return pid


def _run_child(role: Role, lifeline: Lifeline) -> NoReturn:
    """Run the role with its log and environment in this forked process, then exit."""
    code = 1
    try:
        restore_defaults()
        os.setsid()  # so that Ctrl-C reaches only the supervisor, which ends its children
        lifeline.watch()
        _redirect_output(role.log)
        os.environ.update(role.environment)
        role.run()
        code = 0
    except SystemExit as exiting:
        code = exiting.code if isinstance(exiting.code, int) else 1
        if isinstance(exiting.code, str):
            print(exiting.code, file=sys.stderr)
    except BaseException:  # noqa: BLE001  the child ends here in any case
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _redirect_output(log: Path | None) -> None:
    """Redirect standard output and error to a log, and let standard input be empty."""
    if log is None:
        return
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    logs.redirect_output(log)
