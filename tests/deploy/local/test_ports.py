"""Tests of choosing free ports: two processes never get the same port."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import ports

CHOOSE_PORTS = """
import sys
from deploy.local import ports
ports._FIRST, ports._LAST, ports._FEWEST = int(sys.argv[1]), int(sys.argv[2]), 1
print(*ports.free_ports(int(sys.argv[3])), flush=True)
sys.stdin.read()
"""
CANDIDATES = 45
"""Ports to choose from: enough for two processes that reserve 20 ports each, not for three."""


def start_choosing(first: int, count: int) -> subprocess.Popen[str]:
    """Start a process that reserves `count` ports, prints them and ends with its input.

    The process chooses from CANDIDATES ports, of which `first` is the lowest.
    """
    last = first + CANDIDATES - 1
    command = [sys.executable, "-c", CHOOSE_PORTS, str(first), str(last), str(count)]
    return subprocess.Popen(
        command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def chosen_ports(process: subprocess.Popen[str]) -> set[int]:
    """Return the ports that such a process has printed."""
    assert process.stdout
    return {int(port) for port in process.stdout.readline().split()}


def test_two_processes_get_different_ports_before_either_of_them_listens() -> None:
    first = random.SystemRandom().randrange(30_000, 32_000)
    with start_choosing(first, 20) as one, start_choosing(first, 20) as other:
        mine, theirs = chosen_ports(one), chosen_ports(other)
        assert (len(mine), len(theirs), mine & theirs) == (20, 20, set())
        _, errors = start_choosing(first, 20).communicate()
        assert "RuntimeError: Only " in errors
        one.communicate()
        other.communicate()
    with start_choosing(first, 40) as after_both_ended:
        assert len(chosen_ports(after_both_ended)) == 40
        after_both_ended.communicate()


@pytest.mark.parametrize(
    ("kernel_range", "expected"),
    [
        ("32768\t60999\n", (10_000, 29_999)),
        ("16000\t65535\n", (10_000, 15_999)),
        ("1024\t65535\n", (10_000, 29_999)),
        (None, (10_000, 29_999)),
    ],
)
def test_candidate_ports_lie_below_the_kernels_own_range_unless_that_leaves_too_few(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    kernel_range: str | None,
    expected: tuple[int, int],
) -> None:
    """A system without the file of the kernel's range (None) is not Linux."""
    if kernel_range is not None:
        (tmp_path / "range").write_text(kernel_range)
    monkeypatch.setattr(ports, "_KERNEL_RANGE", tmp_path / "range")
    candidates = ports._candidates()
    assert (candidates[0], candidates[-1]) == expected


def test_a_port_on_which_a_server_listens_is_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    in_use = set(range(10_000, 29_990))
    monkeypatch.setattr(ports, "is_free", lambda port: port not in in_use)
    assert set(ports.free_ports(3)) & in_use == set()
