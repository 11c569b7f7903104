"""A guard process: it runs one server, and stops it when the guard's parent process is gone.

Standard input is a pipe from the parent. A byte in it is a request to stop the server and to leave
its folder as it is. End of file without a byte means that the parent has ended, perhaps by kill -9:
the guard then stops the server and removes its folder if that is a temporary one.
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
    """Run the command that follows the options until it ends or is to be stopped.

    Return the exit code of the command.
    """
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
    stop_was_requested = _wait(server)
    _stop(server, options.signal)
    if options.temporary and not stop_was_requested:
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
    """Ask Linux to send signal `number` to this process when the guard ends, even by kill -9.

    The server's process calls this before it runs the server's command.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)


def _wait(server: subprocess.Popen[bytes]) -> bool:
    """Wait until the server ends or is to be stopped; return False if the parent is gone."""
    while server.poll() is None:
        readable, _, _ = select.select([0], [], [], 0.5)
        if readable:
            return os.read(0, 1) == STOP_REQUEST
    return True


def _stop(server: subprocess.Popen[bytes], number: int) -> int:
    """Stop the server by signal `number`, or by SIGKILL after GRACE_SECONDS.

    Return the exit code of the server, which may have ended before.
    """
    if server.poll() is None:
        server.send_signal(number)
    try:
        return server.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        return server.wait()


if __name__ == "__main__":
    sys.exit(main())
