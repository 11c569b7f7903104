"""Log files of bounded size: a file that is full is renamed, and the oldest one is deleted.

A process writes to its log through its standard output, and rotates the log itself, so that no line
is lost: lines go to the renamed file until the new one has taken its place.
"""

import os
from logging.handlers import RotatingFileHandler
from pathlib import Path
from threading import Event, Thread

MAX_BYTES = 10 * 1024 * 1024
OLDER_FILES = 4
"""The number of full files beside the current one: `<log>.1` is the newest of them."""
CHECK_SECONDS = 1.0


def redirect_output(log: Path) -> None:
    """Append the standard output and error of this process to a log, and rotate it from now on."""
    rotate_if_full(log)
    _append_output_to(log)
    Thread(target=_rotate_until_exit, args=[log], name="logs", daemon=True).start()


def rotate_output(log: Path) -> None:
    """Rotate the log that this process writes to if it is full, and continue in a new file."""
    if rotate_if_full(log):
        _append_output_to(log)


def rotate_if_full(log: Path) -> bool:
    """Rename a log that has MAX_BYTES or more; return whether it was."""
    is_full = log.exists() and log.stat().st_size >= MAX_BYTES
    if is_full:
        handler = RotatingFileHandler(log, backupCount=OLDER_FILES, delay=True)
        handler.doRollover()
        handler.close()
    return is_full


def _append_output_to(log: Path) -> None:
    """Let standard output and error be this file, which only its owner may read."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for target in (1, 2):
        os.dup2(descriptor, target)
    os.close(descriptor)


def _rotate_until_exit(log: Path) -> None:
    """Rotate the log of this process whenever it is full; this is the work of a daemon thread."""
    pause = Event()
    while not pause.wait(CHECK_SECONDS):
        rotate_output(log)
