"""Tests of choosing ports: no two processes get the same one."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import ports

CHOOSE = """
import sys
from deploy.local import ports
ports._FIRST, ports._LAST, ports._FEWEST = int(sys.argv[1]), int(sys.argv[2]), 1
print(*ports.free_ports(int(sys.argv[3])), flush=True)
sys.stdin.read()
"""
ENOUGH_FOR_TWO = 45


def choosing(first: int, count: int) -> subprocess.Popen[str]:
    """Start a process that reserves ports, prints them and ends when its input does."""
    last = first + ENOUGH_FOR_TWO - 1
    command = [sys.executable, "-c", CHOOSE, str(first), str(last), str(count)]
    return subprocess.Popen(
        command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def chosen(process: subprocess.Popen[str]) -> set[int]:
    assert process.stdout
    return {int(port) for port in process.stdout.readline().split()}


def test_two_processes_that_choose_before_either_listens_get_different_ports() -> None:
    first = random.SystemRandom().randrange(30_000, 32_000)
    with choosing(first, 20) as one, choosing(first, 20) as other:
        mine, theirs = chosen(one), chosen(other)
        assert (len(mine), len(theirs), mine & theirs) == (20, 20, set())
        _, errors = choosing(first, 20).communicate()
        assert "RuntimeError: Only " in errors
        one.communicate()
        other.communicate()
    with choosing(first, 40) as after_both_ended:
        assert len(chosen(after_both_ended)) == 40
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
def test_ports_lie_below_those_that_the_kernel_takes_by_itself(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    kernel_range: str | None,
    expected: tuple[int, int],
) -> None:
    """Unless nearly all are the kernel's."""
    if kernel_range is not None:
        (tmp_path / "range").write_text(kernel_range)
    monkeypatch.setattr(ports, "_KERNEL_RANGE", tmp_path / "range")
    candidates = ports._candidates()
    assert (candidates[0], candidates[-1]) == expected


def test_a_port_on_which_a_server_listens_is_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = set(range(10_000, 29_990))
    monkeypatch.setattr(ports, "is_free", lambda port: port not in taken)
    assert set(ports.free_ports(3)) & taken == set()
