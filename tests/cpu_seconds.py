"""The CPU seconds that each folder of tests takes, printed at the end of a run.

The test process and every process below it are counted: servers, services, commands. The
duration of a run depends on how busy the machine is; CPU seconds hardly do.
"""

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER_DEPTH = 3
"""Folders are shown down to this depth: `tests/services/registry`."""
COLLECTION = "importing and collecting tests"

Figures = dict[str, Counter[str]]


class CpuSeconds:
    """A pytest plugin that adds up the CPU seconds of the tests of each folder."""

    def __init__(self) -> None:
        self.figures: Figures = {"cpu": Counter(), "wall": Counter(), "tests": Counter()}
        self._cpu, self._wall = 0.0, time.monotonic()

    def pytest_collection_finish(self) -> None:
        self._add_seconds_to(COLLECTION)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Iterator[None]:
        result = yield
        folder = _folder(item)
        self.figures["tests"][folder] += 1
        if nextitem is None or _folder(nextitem) != folder:
            self._add_seconds_to(folder)
        return result

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Send the figures of an xdist worker to the process that prints them."""
        if isinstance(output := getattr(session.config, "workeroutput", None), dict):
            output["cpu_seconds"] = {name: dict(one) for name, one in self.figures.items()}

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add the figures of an xdist worker that has ended."""
        for name, figure in getattr(node, "workeroutput", {}).get("cpu_seconds", {}).items():
            self.figures[name].update(figure)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.figures["tests"]:  # tests were only collected
            return
        terminalreporter.section("CPU seconds by folder (wall seconds of all test processes)")
        for line in _table(self.figures):
            terminalreporter.write_line(line)

    def _add_seconds_to(self, name: str) -> None:
        """Add the CPU and wall seconds since the last call to the figures of `name`."""
        cpu, wall = cpu_of_tree(), time.monotonic()
        # the sum falls if a process was killed and nobody waited for it
        self.figures["cpu"][name] += max(0.0, cpu - self._cpu)  # type: ignore[assignment]
        self.figures["wall"][name] += wall - self._wall  # type: ignore[assignment]
        self._cpu, self._wall = cpu, wall


def _folder(item: pytest.Item) -> str:
    return "/".join(item.nodeid.partition("::")[0].split("/")[:-1][:FOLDER_DEPTH])


def _table(figures: Figures) -> Iterable[str]:
    """Yield a line for each folder (CPU, wall seconds, number of tests), and one for all."""
    cpu, wall, tests = figures["cpu"], figures["wall"], figures["tests"]
    rows = [(name, seconds, wall[name], tests[name]) for name, seconds in cpu.most_common()]
    rows.append(("in all", sum(cpu.values()), sum(wall.values()), sum(tests.values())))
    for name, seconds, waited, count in rows:
        yield f"{seconds:8.1f} ({waited:7.1f}) {count:5} tests  {name}"


def cpu_of_tree() -> float:
    """Return the CPU seconds of this process and all its descendants, also of ended children."""
    parents: dict[int, int] = {}
    spent: dict[int, float] = {}
    for pid, parent, seconds in _processes():
        parents[pid], spent[pid] = parent, seconds
    if not spent:  # without /proc a child process is counted only after it has ended
        return sum(os.times()[:4])
    tree = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in tree} - tree:
        tree |= more
    return sum(spent.get(pid, 0.0) for pid in tree)


def _processes() -> Iterator[tuple[int, int, float]]:
    """Yield id, parent and CPU seconds of each process, its ended children included."""
    ticks = os.sysconf("SC_CLK_TCK")
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, fields = status.read_text().rpartition(")")
        except OSError:
            continue  # it has just ended
        values = fields.split()
        yield int(status.parent.name), int(values[1]), sum(map(int, values[11:15])) / ticks
