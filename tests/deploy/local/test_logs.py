"""Tests of the logs of local processes: their size is bounded, and no line is lost."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import logs
from deploy.local.server import GuardedProcess, Launch, ServerFolder
from tests.waiting import eventually

WRITES_AND_ROTATES = """
import sys
from pathlib import Path
from deploy.local import logs

log = Path(sys.argv[1])
logs.MAX_BYTES, logs.CHECK_SECONDS = 1000, 3600
logs.redirect_output(log)
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    print(f"{number:09}", file=sys.stdout if number % 2 else sys.stderr, flush=True)
    logs.rotate_output(log)
"""
"""A program that writes numbers to a log, 10 bytes each, and rotates it after each line."""
WRITES_AND_WAITS = """
import sys
from pathlib import Path
from deploy.local import logs
from deploy.local.supervise.child import Child, Lifeline, Role

logs.MAX_BYTES, logs.CHECK_SECONDS = 1000, 0.01

def write():
    print("x" * 1000, flush=True)
    while Path("/dev/fd/1").resolve() != log or log.stat().st_size:
        pass
    print("new", flush=True)

log = Path(sys.argv[1])
child = Child(Role(name="writer", run=write, environment={}, log=log), Lifeline())
while not child.ended():
    pass
sys.exit(child.status)
"""
"""A program whose child process fills its log and waits until the log was rotated."""


def run(program: str, *arguments: object) -> None:
    """Run a program with these arguments to its end."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    subprocess.run(command, check=True, timeout=60)


def files(log: Path) -> list[Path]:
    """Return the files of a log, the oldest one first."""
    return sorted(log.parent.glob(f"{log.name}*"), key=lambda path: path.name, reverse=True)


def lines(log: Path) -> list[int]:
    """Return the numbers in all files of a log, in order."""
    return [int(line) for path in files(log) for line in path.read_text().split()]


def test_no_line_is_lost_when_a_log_is_rotated(tmp_path: Path) -> None:
    log = tmp_path / "registry-api.log"
    run(WRITES_AND_ROTATES, log, 0, 450)
    assert lines(log) == list(range(450))
    assert [path.name for path in files(log)][-2:] == ["registry-api.log.1", "registry-api.log"]


def test_a_log_and_its_older_files_have_a_bounded_size_over_several_starts(tmp_path: Path) -> None:
    log = tmp_path / "registry-api.log"
    for start in range(0, 1500, 250):
        run(WRITES_AND_ROTATES, log, start, start + 250)
    assert len(files(log)) == 1 + logs.OLDER_FILES
    assert sum(path.stat().st_size for path in files(log)) <= 1000 * len(files(log))
    newest = lines(log)
    assert newest == list(range(newest[0], 1500))
    assert {path.stat().st_mode & 0o777 for path in files(log)} == {0o600}


def test_a_process_rotates_its_log_while_it_runs(tmp_path: Path) -> None:
    log = tmp_path / "registry-api.log"
    run(WRITES_AND_WAITS, log)
    assert [path.read_text() for path in files(log)] == ["x" * 1000 + "\n", "new\n"]


def test_the_full_log_of_a_server_is_rotated_when_the_server_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "MAX_BYTES", 10)
    folder = ServerFolder("echo", tmp_path)
    for word in ("123456789", "old", "new"):
        run_server(folder, ["echo", word])
    assert [path.read_text() for path in files(folder.log)] == ["123456789\n", "old\nnew\n"]


def run_server(folder: ServerFolder, command: list[str]) -> None:
    """Run a command as a server, and wait until it has ended by itself."""
    process = GuardedProcess("echo", folder, Launch(command=command, signal=signal.SIGTERM))
    assert eventually(lambda: process.ended)
    process.stop()
