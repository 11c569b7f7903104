"""Run one server, and stop it on request or when the process that started it (the starter) is gone.

The starter has the write end of our standard input. A byte on it means: stop, leave the folder. End
of file without a byte means that the starter is gone, however: stop, and remove a temporary folder.
"""

import argparse
import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

GRACE_SECONDS = 20
STOP_REQUEST = b"s"
PR_SET_PDEATHSIG = 1


def main() -> int:
    """Run the command that follows the options until it ends or is asked to stop."""
    options = _parser().parse_args()
    server = subprocess.Popen(
        options.command,
        stdin=subprocess.DEVNULL,
        user=options.user,
        group=options.group,
        extra_groups=[] if options.user is not None else None,
        preexec_fn=partial(_end_with_guard, options.signal),  # noqa: PLW1509  no threads here
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_stop(server, options.signal)))
    was_asked = _wait(server)
    _stop(server, options.signal)
    if options.temporary and not was_asked:
        shutil.rmtree(options.temporary, ignore_errors=True)
    return server.returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signal", type=int, default=signal.SIGTERM)
    parser.add_argument("--user", type=int)
    parser.add_argument("--group", type=int)
    parser.add_argument("--temporary", type=Path)
    parser.add_argument("command", nargs="+")
    return parser


def _end_with_guard(number: int) -> None:
    """In the server's process: have Linux stop it when the guard is gone, even by kill -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)


def _wait(server: subprocess.Popen[bytes]) -> bool:
    """Wait until the server ends or is to be stopped; return False if the starter is gone."""
    while server.poll() is None:
        readable, _, _ = select.select([0], [], [], 0.5)
        if readable:
            return os.read(0, 1) == STOP_REQUEST
    return True


def _stop(server: subprocess.Popen[bytes], number: int) -> int:
    """Send the server its stop signal, and SIGKILL after GRACE_SECONDS; return its exit code."""
    if server.poll() is None:
        server.send_signal(number)
    try:
        return server.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        return server.wait()


if __name__ == "__main__":
    sys.exit(main())
