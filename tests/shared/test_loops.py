"""The loops of a worker wait during outages; a loop that dies or stalls ends the process."""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread, current_thread
from threading import enumerate as enumerate_threads

import pytest
from sqlalchemy.exc import OperationalError

from shared import loops
from shared.loops import Loop, PeriodicLoop, run_all
from shared.outages import LogUnavailable
from tests.shared.backend import wait_until

OUTAGES = [LogUnavailable("gone"), OperationalError("SELECT", {}, ConnectionError("gone"))]


class WorkingLoop(Loop):
    """A loop that calls a function once and then waits to be stopped."""

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
    """Replace `os._exit`: it ends only the calling thread, and its exit codes are collected."""
    codes: list[int] = []

    def exit_thread(code: int) -> None:
        codes.append(code)
        raise SystemExit(code)

    monkeypatch.setattr(os, "_exit", exit_thread)
    return codes


@pytest.mark.parametrize("outage", OUTAGES)
def test_during_an_outage_a_loop_waits_with_a_heartbeat_and_logs_the_reason(
    outage: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loops, "_OUTAGE_SECONDS", 0.05)
    loop, stop = WorkingLoop(), Event()
    began = time.monotonic()
    with caplog.at_level(logging.WARNING):
        loop.wait_if_outage(outage, stop)
    assert time.monotonic() - began >= 0.05
    assert loop._last_beat >= began
    (logged,) = (each.getMessage() for each in caplog.records)
    assert "event='loop.waits'" in logged
    assert "loop='working'" in logged
    assert "gone" in logged
    assert "SELECT" not in logged


@dataclass
class Clock:
    """The clock of loops, which a test sets; in seconds."""

    seconds: float = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Replace the clock of loops by one that the test sets."""
    clock = Clock()
    monkeypatch.setattr(loops, "time", clock)
    return clock


@pytest.fixture
def stopped() -> Event:
    """Return an event that is set, so that a loop does not wait after a failure."""
    stop = Event()
    stop.set()
    return stop


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the lines that were logged, without the level."""
    return [each.getMessage() for each in caplog.records]


def test_an_outage_is_logged_at_its_beginning_once_a_minute_and_at_its_end(
    clock: Clock, stopped: Event, caplog: pytest.LogCaptureFixture
) -> None:
    loop = WorkingLoop()
    for number in range(125):
        loop.wait_if_outage(OUTAGES[0], stopped)
        clock.seconds += 1.04 if number == 60 else 1
    loop.end_outage()
    loop.end_outage()
    described = [
        "loop='working' tries=1 seconds=0.0 reason='gone' event='loop.waits'",
        "loop='working' tries=61 seconds=60.0 reason='gone' event='loop.waits'",
        "loop='working' tries=121 seconds=120.0 reason='gone' event='loop.waits'",
        "loop='working' tries=125 seconds=125.0 event='loop.continues'",
    ]
    assert messages(caplog) == described


def test_the_next_outage_is_logged_at_once_and_counted_from_its_beginning(
    clock: Clock, stopped: Event, caplog: pytest.LogCaptureFixture
) -> None:
    loop = WorkingLoop()
    for _ in range(2):
        loop.wait_if_outage(OUTAGES[0], stopped)
        clock.seconds += 0.54
        loop.end_outage()
    described = [
        "loop='working' tries=1 seconds=0.0 reason='gone' event='loop.waits'",
        "loop='working' tries=1 seconds=0.5 event='loop.continues'",
    ]
    assert messages(caplog) == described * 2


def test_success_without_work_ends_an_outage_only_after_some_seconds_without_a_failure(
    clock: Clock, stopped: Event, caplog: pytest.LogCaptureFixture
) -> None:
    loop = WorkingLoop()
    loop.wait_if_outage(OUTAGES[0], stopped)
    clock.seconds += 29.9
    loop.end_outage(quiet_seconds=30)
    assert loop.waiting_seconds == pytest.approx(29.9)
    clock.seconds += 0.1
    loop.end_outage(quiet_seconds=30)
    assert loop.waiting_seconds == 0
    assert len(messages(caplog)) == 2


def test_a_loop_waits_from_the_first_failure_until_its_work_succeeds(
    clock: Clock, stopped: Event
) -> None:
    loop = WorkingLoop()
    assert loop.waiting_seconds == 0
    for _ in range(3):
        loop.wait_if_outage(OUTAGES[0], stopped)
        clock.seconds += 5
    assert loop.waiting_seconds == 15
    loop.end_outage()
    assert loop.waiting_seconds == 0


def test_a_loop_does_not_wait_for_the_end_of_an_outage_once_the_worker_stops() -> None:
    loop, stop = WorkingLoop(), Event()
    stop.set()
    loop.wait_if_outage(OUTAGES[0], stop)


def test_an_error_that_is_no_outage_is_raised() -> None:
    with pytest.raises(ValueError, match="wrong"):
        WorkingLoop().wait_if_outage(ValueError("wrong"), Event())


def test_all_loops_run_until_the_worker_is_stopped(exits: list[int]) -> None:
    loops, stop = [WorkingLoop(), WorkingLoop()], Event()
    running = Thread(target=run_all, args=(loops, stop), kwargs={"drain_seconds": 20})
    running.start()
    running.join(1.5)  # longer than the interval at which loops are checked
    assert running.is_alive()
    assert not any(loop.stopped for loop in loops)
    assert exits == []
    stop.set()
    running.join()
    assert all(loop.stopped for loop in loops)


def test_a_loop_runs_in_a_daemon_thread_with_its_name() -> None:
    threads: list[tuple[str, bool]] = []
    stop = Event()

    def inspect_thread() -> None:
        threads.append((current_thread().name, current_thread().daemon))
        stop.set()

    run_all([WorkingLoop(inspect_thread)], stop, drain_seconds=20)
    assert threads == [("working", True)]


def test_a_stopping_worker_waits_at_most_the_drain_time_for_all_its_loops_together() -> None:
    released, stop = Event(), Event()
    loops = [WorkingLoop(released.wait) for _ in range(60)]
    stop.set()
    began = time.monotonic()
    run_all(loops, stop, drain_seconds=0.5)
    assert 0.5 <= time.monotonic() - began < 20  # 0.5 seconds for each loop would be 30
    released.set()
    wait_until(lambda: all(loop.stopped for loop in loops))


class StopWhileChecking(Event):
    """An event that is set just after a worker has asked for it, before its loops are checked."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait; with a timeout set the event, and return False after the loops have ended."""
        if timeout is None or self.is_set():
            return super().wait(timeout)
        self.set()
        for thread in (each for each in enumerate_threads() if each.name == WorkingLoop.name):
            thread.join()
        return False


def test_a_loop_that_ends_because_the_worker_is_stopped_is_not_dead(exits: list[int]) -> None:
    loop = WorkingLoop()
    run_all([loop], StopWhileChecking(), drain_seconds=20)
    assert loop.stopped
    assert exits == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_loop_that_dies_ends_the_process(
    exits: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    """The supervisor of a worker restarts it after an exit, but would not notice a dead loop."""

    def die() -> None:
        raise ZeroDivisionError

    stop = Event()
    with pytest.raises(SystemExit):
        run_all([WorkingLoop(), WorkingLoop(die)], stop, drain_seconds=0)
    stop.set()
    assert exits == [70]
    failed, dead = (each.getMessage() for each in caplog.records)
    assert "event='loop.failed'" in failed
    assert "loop='working'" in failed
    assert "event='loop.dead'" in dead
    assert "loop='working'" in dead
    assert "stalled=False" in dead


def test_a_loop_without_a_recent_heartbeat_ends_the_process(
    exits: list[int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loops, "_STALLED_SECONDS", 0.1)
    stop = Event()
    with pytest.raises(SystemExit):
        run_all([WorkingLoop()], stop, drain_seconds=0)
    stop.set()
    assert exits == [70]
    assert "stalled=True" in caplog.records[-1].getMessage()


def test_a_loop_with_a_recent_heartbeat_is_not_stalled() -> None:
    loop = WorkingLoop()
    loop.beat()
    assert not loop.is_stalled


class TickingLoop(PeriodicLoop):
    """A periodic loop that raises the given errors in its first turns and stops in the next one."""

    name = "ticking"
    every_seconds = 0

    def __init__(self, stop: Event, *errors: Exception) -> None:
        self._stop, self._errors = stop, list(errors)
        self.turns = 0

    def turn(self) -> None:
        self.turns += 1
        if self._errors:
            raise self._errors.pop(0)
        if self.turns == 3:
            self._stop.set()


def test_a_periodic_loop_works_again_and_again_until_it_is_stopped() -> None:
    stop = Event()
    loop = TickingLoop(stop)
    loop.run(stop)
    assert loop.turns == 3


def test_a_periodic_loop_continues_after_an_outage_and_not_after_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loops, "_OUTAGE_SECONDS", 0)
    stop = Event()
    loop = TickingLoop(stop, OUTAGES[1])
    loop.run(stop)
    assert loop.turns == 3
    with pytest.raises(ValueError, match="wrong"):
        TickingLoop(Event(), ValueError("wrong")).run(Event())


def test_a_periodic_loop_that_sleeps_is_not_stalled() -> None:
    assert not TickingLoop(Event()).is_stalled
