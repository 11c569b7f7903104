"""CPU time and memory of the product's processes, read from /proc on Linux."""

import os
from collections.abc import Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME, _CUTIME, _CSTIME = 11, 12, 13, 14
"""Positions of the CPU times in /proc/<pid>/stat, counted after the command's name (proc(5))."""


def process_ids(supervisor: int) -> dict[str, int]:
    """Return the id of each process of the product by its name, such as "scoring-worker".

    The product's processes are the children of the supervisor that write to a log file, which has
    the name of the process. `supervisor` is the supervisor's process id.
    """
    logs = {pid: Path(_output_file(pid)) for pid in _children(supervisor)}
    pids = {log.stem: pid for pid, log in logs.items() if log.suffix == ".log"}
    pids.pop("server", None)  # the guard processes of PostgreSQL and Kafka write to server.log
    return pids


def cpu_seconds(supervisor: int) -> dict[str, float]:
    """Return the CPU seconds used so far by each process, by PostgreSQL and by Kafka."""
    pids = process_ids(supervisor)
    used = {name: _cpu_seconds(pid, _UTIME, _STIME) for name, pid in pids.items()}
    servers = [pid for pid in _descendants(supervisor) if pid not in pids.values()]
    for name, command in (("PostgreSQL", "postgres"), ("Apache Kafka", "java")):
        same_command = [pid for pid in servers if _command(pid) == command]
        used[name] = sum(
            _cpu_seconds(pid, _UTIME, _STIME, _CUTIME, _CSTIME) for pid in same_command
        )
    return used


def peak_mebibytes(supervisor: int) -> dict[str, float]:
    """Return the peak of each process's resident memory in MiB, shared pages included."""
    pids = process_ids(supervisor)
    return {name: _status_field(pid, "VmHWM") / 1024 for name, pid in pids.items()}


def _descendants(pid: int) -> Iterator[int]:
    """Yield the ids of the children of a process, of their children, and so on."""
    for child in _children(pid):
        yield child
        yield from _descendants(child)


def _children(pid: int) -> list[int]:
    return [int(child) for child in _read_or_empty(f"/proc/{pid}/task/{pid}/children").split()]


def _output_file(pid: int) -> str:
    """Return the file that a process writes its output to; empty if the process is gone."""
    try:
        return str(Path(f"/proc/{pid}/fd/1").readlink())
    except OSError:
        return ""


def _command(pid: int) -> str:
    return _read_or_empty(f"/proc/{pid}/comm").strip()


def _cpu_seconds(pid: int, *positions: int) -> float:
    """Return the sum of the CPU times at these positions of /proc/<pid>/stat, in seconds."""
    fields = _read_or_empty(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return sum(int(fields[position]) for position in positions) / _TICKS if fields else 0.0


def _status_field(pid: int, name: str) -> float:
    """Return the number in one line of /proc/<pid>/status; 0 if there is no such line."""
    lines = (line.split() for line in _read_or_empty(f"/proc/{pid}/status").splitlines())
    return next((float(line[1]) for line in lines if line and line[0] == f"{name}:"), 0.0)


def _read_or_empty(path: str) -> str:
    """Return the text of a file; empty if its process has ended meanwhile."""
    try:
        return Path(path).read_text()
    except OSError:
        return ""
