"""CPU time and memory of the product's processes, as Linux counts them."""

import os
from collections.abc import Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME, _CUTIME, _CSTIME = 11, 12, 13, 14
"""Positions in /proc/<pid>/stat after the command's name."""


def roles(supervisor: int) -> dict[str, int]:
    """Return the process id of each role: the supervisor's children that have a log file."""
    logs = {pid: Path(_output_file(pid)) for pid in _children(supervisor)}
    own = {log.stem: pid for pid, log in logs.items() if log.suffix == ".log"}
    own.pop("server", None)  # the guards of PostgreSQL and Kafka
    return own


def cpu_seconds(supervisor: int) -> dict[str, float]:
    """Return the CPU seconds of each role so far, and those of PostgreSQL and Kafka."""
    own = roles(supervisor)
    used = {role: _cpu(pid, _UTIME, _STIME) for role, pid in own.items()}
    others = [pid for pid in _descendants(supervisor) if pid not in own.values()]
    for name, command in (("PostgreSQL", "postgres"), ("Apache Kafka", "java")):
        theirs = [pid for pid in others if _command(pid) == command]
        used[name] = sum(_cpu(pid, _UTIME, _STIME, _CUTIME, _CSTIME) for pid in theirs)
    return used


def peak_mebibytes(supervisor: int) -> dict[str, float]:
    """Return the peak of resident memory of each role, pages shared with others included."""
    return {role: _status(pid, "VmHWM") / 1024 for role, pid in roles(supervisor).items()}


def _descendants(pid: int) -> Iterator[int]:
    for child in _children(pid):
        yield child
        yield from _descendants(child)


def _children(pid: int) -> list[int]:
    return [int(child) for child in _read(f"/proc/{pid}/task/{pid}/children").split()]


def _output_file(pid: int) -> str:
    """Return the file that a process writes its output to; empty if the process is gone."""
    try:
        return str(Path(f"/proc/{pid}/fd/1").readlink())
    except OSError:
        return ""


def _command(pid: int) -> str:
    return _read(f"/proc/{pid}/comm").strip()


def _cpu(pid: int, *positions: int) -> float:
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return sum(int(fields[position]) for position in positions) / _TICKS if fields else 0.0


def _status(pid: int, name: str) -> float:
    lines = (line.split() for line in _read(f"/proc/{pid}/status").splitlines())
    return next((float(line[1]) for line in lines if line and line[0] == f"{name}:"), 0.0)


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
