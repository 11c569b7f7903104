"""The loops of a worker: an outage is waited out, a dead loop ends its process, a stop drains."""

import logging
import os
import time
from collections.abc import Callable
from threading import Event, Thread, current_thread

import pytest
from sqlalchemy.exc import OperationalError

from shared import loops
from shared.loops import Loop, run_all
from shared.outages import LogUnavailable
from tests.shared.backend import wait_until

OUTAGES = [LogUnavailable("gone"), OperationalError("SELECT", {}, ConnectionError("gone"))]


class Working(Loop):
    """Does what it is told to, once, and then waits for the stop."""

    name = "working"

    def __init__(self, work: Callable[[], object] = lambda: None) -> None:
        self._work = work
        self.stopped = False

    def run(self, stop: Event) -> None:
        self._work()
        stop.wait()
        self.stopped = True


@pytest.fixture
def exits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note how the process would have ended, which then ends the calling thread alone."""
    codes: list[int] = []

    def leave(code: int) -> None:
        codes.append(code)
        raise SystemExit(code)

    monkeypatch.setattr(os, "_exit", leave)
    return codes


@pytest.mark.parametrize("outage", OUTAGES)
def test_an_outage_is_waited_out_with_a_sign_of_life(
    outage: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loops, "_OUTAGE_SECONDS", 0.05)
    loop, stop = Working(), Event()
    began = time.monotonic()
    with caplog.at_level(logging.WARNING):
        loop.wait_if_outage(outage, stop)
    assert time.monotonic() - began >= 0.05
    assert loop._last_beat >= began
    (told,) = (each.getMessage() for each in caplog.records)
    assert "event='loop.waits'" in told
    assert "loop='working'" in told
    assert "gone" in told
    assert "SELECT" not in told


def test_an_outage_is_not_waited_out_once_the_worker_stops() -> None:
    loop, stop = Working(), Event()
    stop.set()
    loop.wait_if_outage(OUTAGES[0], stop)


def test_what_is_no_outage_is_raised() -> None:
    with pytest.raises(ValueError, match="wrong"):
        Working().wait_if_outage(ValueError("wrong"), Event())


def test_loops_run_side_by_side_until_the_stop(exits: list[int]) -> None:
    loops, stop = [Working(), Working()], Event()
    running = Thread(target=run_all, args=(loops, stop), kwargs={"drain_seconds": 20})
    running.start()
    running.join(1.5)  # it has looked at them by then
    assert running.is_alive()
    assert not any(loop.stopped for loop in loops)
    assert exits == []
    stop.set()
    running.join()
    assert all(loop.stopped for loop in loops)


def test_a_loop_runs_in_a_thread_of_its_name_that_keeps_no_process_alive() -> None:
    found: list[tuple[str, bool]] = []
    stop = Event()

    def look() -> None:
        found.append((current_thread().name, current_thread().daemon))
        stop.set()

    run_all([Working(look)], stop, drain_seconds=20)
    assert found == [("working", True)]


def test_a_stop_waits_no_longer_than_it_may_for_all_loops_together() -> None:
    held, stop = Event(), Event()
    loops = [Working(held.wait) for _ in range(60)]
    stop.set()
    began = time.monotonic()
    run_all(loops, stop, drain_seconds=0.5)
    assert 0.5 <= time.monotonic() - began < 20  # one after the other they would take 30
    held.set()
    wait_until(lambda: all(loop.stopped for loop in loops))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_loop_that_dies_ends_the_process(
    exits: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    """What runs it starts it anew; a worker that does half of its work would not be noticed."""

    def die() -> None:
        raise ZeroDivisionError

    stop = Event()
    with pytest.raises(SystemExit):
        run_all([Working(), Working(die)], stop, drain_seconds=0)
    stop.set()
    assert exits == [70]
    failed, dead = (each.getMessage() for each in caplog.records)
    assert "event='loop.failed'" in failed
    assert "loop='working'" in failed
    assert "event='loop.dead'" in dead
    assert "loop='working'" in dead
    assert "stalled=False" in dead


def test_a_loop_that_does_not_turn_ends_the_process(
    exits: list[int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loops, "_STALLED_SECONDS", 0.1)
    stop = Event()
    with pytest.raises(SystemExit):
        run_all([Working()], stop, drain_seconds=0)
    stop.set()
    assert exits == [70]
    assert "stalled=True" in caplog.records[-1].getMessage()


def test_a_loop_that_turns_seldom_is_not_taken_for_a_dead_one() -> None:
    loop = Working()
    loop.beat()
    assert not loop.is_stalled
