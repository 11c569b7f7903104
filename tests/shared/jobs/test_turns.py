"""Tests of lanes and turns: for which other jobs a job waits."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Lock, Thread
from uuid import UUID

import pytest

from shared.jobs.models import JobState, Lane
from shared.jobs.runner import Run, Runner, runners
from tests.shared.backend import Backend, wait_until
from tests.shared.jobs.working import Model, Task, new_task, work


@pytest.fixture
def backend(backend: Backend) -> Backend:
    """Return the backend (database and event log) with the tables of this module's test jobs."""
    Model.metadata.create_all(backend.database.engine)
    return backend


class Gate:
    """Work of jobs that waits, for the jobs in `closed_for`, until the gate is opened.

    `begun` has the ids of the jobs in the order in which they were begun.
    """

    def __init__(self, *closed_for: UUID) -> None:
        self.closed_for = closed_for
        self.opened = Event()
        self.begun = list[UUID]()
        self._lock = Lock()

    def work(self, run: Run) -> None:
        """Do the steps of a job once the gate is open for it."""
        with self._lock:
            self.begun.append(run.job_id)
        if run.job_id in self.closed_for:
            self.opened.wait(60)
        work(run)


@contextmanager
def running(backend: Backend, gate: Gate) -> Iterator[None]:
    """Run the loops of a worker inside the block, and open the gate at its end."""
    database, stop = backend.open_second_database(), Event()
    loops = runners(database, {Task: gate.work})
    threads = [Thread(target=loop.run, args=(stop,)) for loop in loops]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        gate.opened.set()
        stop.set()
        for thread in threads:
            thread.join()
        database.close()


def states(backend: Backend, task_ids: Sequence[UUID]) -> list[str]:
    """Return the states of jobs as they are stored now."""
    with backend.database.reading() as session:
        return [session.get_one(Task, task_id).state for task_id in task_ids]


def wait_for_success(backend: Backend, *task_ids: UUID) -> None:
    """Wait until these jobs have succeeded."""
    wait_until(lambda: set(states(backend, task_ids)) == {JobState.SUCCEEDED})


def test_a_small_job_ends_while_a_large_job_of_the_same_caller_runs(backend: Backend) -> None:
    large = new_task(backend.database, lane=Lane.LARGE)
    gate = Gate(large)
    with running(backend, gate):
        wait_until(lambda: large in gate.begun)
        small = new_task(backend.database, lane=Lane.SMALL)
        wait_for_success(backend, small)
        assert states(backend, [large]) == [JobState.RUNNING]


@pytest.mark.parametrize("lane", Lane)
def test_the_job_of_another_caller_ends_while_the_jobs_of_a_caller_wait(
    backend: Backend, lane: Lane
) -> None:
    first, *waiting = [new_task(backend.database, by="busy", lane=lane) for _ in range(4)]
    gate = Gate(first)
    with running(backend, gate):
        wait_until(lambda: first in gate.begun)
        other = new_task(backend.database, by="other", lane=lane)
        wait_for_success(backend, other)
        assert gate.begun == [first, other]
        assert set(states(backend, waiting)) == {JobState.QUEUED}
        gate.opened.set()
        wait_for_success(backend, first, *waiting)


def test_callers_take_turns_and_the_jobs_of_each_run_in_the_order_of_their_creation(
    backend: Backend,
) -> None:
    one, two = ([new_task(backend.database, by=by) for _ in range(3)] for by in ("one", "two"))
    gate = Gate()
    Runner(backend.database, {Task: gate.work})._run_unfinished(Task, Event())
    assert gate.begun == [one[0], two[0], one[1], two[1], one[2], two[2]]


def test_the_first_job_of_a_caller_waits_only_for_the_job_that_runs(backend: Backend) -> None:
    gate = Gate()
    late = list[UUID]()

    def work_while_another_caller_comes(run: Run) -> None:
        if not late:
            late.append(new_task(backend.database, by="late"))
        gate.work(run)

    busy = [new_task(backend.database, by=by) for by in ("busy", "busy", "eager", "eager")]
    loop = Runner(backend.database, {Task: work_while_another_caller_comes})
    loop._run_unfinished(Task, Event())
    assert gate.begun == [busy[0], busy[2], late[0], busy[1], busy[3]]


def test_a_second_worker_runs_no_other_job_of_a_caller_whose_job_is_running(
    backend: Backend,
) -> None:
    first, second = (new_task(backend.database) for _ in range(2))
    gate = Gate(first)
    with running(backend, gate):
        wait_until(lambda: first in gate.begun)
        other_worker = Runner(backend.database, {Task: work})
        assert other_worker._run_unfinished(Task, Event()) == 0
        assert states(backend, [second]) == [JobState.QUEUED]


def test_a_caller_whose_name_is_no_file_name_has_turns_too(backend: Backend) -> None:
    task_id = new_task(backend.database, by="../" + "苏" * 97)
    assert Runner(backend.database, {Task: work})._run_unfinished(Task, Event()) == 1
    assert states(backend, [task_id]) == [JobState.SUCCEEDED]
