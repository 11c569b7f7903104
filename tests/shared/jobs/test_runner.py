"""Long work: done once, resumed after kill -9, cancelled, given up."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from shared.errors import Fault
from shared.jobs import runner
from shared.jobs.models import JobState
from shared.jobs.runner import JobFailed, Run, Runner, Work
from tests.shared.backend import Backend, wait_until
from tests.shared.jobs import working
from tests.shared.jobs.working import Model, Step, Task, do_step, new_task, work


@pytest.fixture
def backend(backend: Backend) -> Backend:
    Model.metadata.create_all(backend.database.engine)
    return backend


@contextmanager
def running(backend: Backend, work: Work, stop: Event | None = None) -> Iterator[Runner]:
    """Have a worker run."""
    ending = stop or Event()
    worker = Runner(backend.another_database(), {Task: work})
    thread = Thread(target=worker.run, args=(ending,))
    thread.start()
    try:
        yield worker
    finally:
        ending.set()
        thread.join()
        worker._database.close()


def task(backend: Backend, task_id: UUID) -> Task:
    with backend.database.reading() as session:
        return session.get_one(Task, task_id)


def ends(backend: Backend, task_id: UUID, state: JobState) -> Callable[[], bool]:
    return lambda: task(backend, task_id).state == state


def steps(backend: Backend) -> list[int]:
    with backend.database.reading() as session:
        return sorted(session.scalars(select(Step.number)))


def test_work_is_done_with_progress(backend: Backend) -> None:
    task_id = new_task(backend.database)
    with running(backend, work):
        wait_until(ends(backend, task_id, JobState.SUCCEEDED))
    found = task(backend, task_id)
    assert (found.processed, found.total, found.attempts) == (5, 5, 1)
    assert found.ended_at is not None
    assert steps(backend) == [1, 2, 3, 4, 5]


def test_another_worker_goes_on_where_a_killed_one_was(backend: Backend) -> None:
    task_id = new_task(backend.database)
    command = [
        sys.executable,
        "-m",
        working.__name__,
        backend.settings.model_dump_json(),
        backend.schema,
    ]
    with subprocess.Popen(command) as process:
        wait_until(lambda: task(backend, task_id).processed == 2)
        with running(backend, work):
            process.kill()
            assert process.wait(10) == -signal.SIGKILL
            wait_until(ends(backend, task_id, JobState.SUCCEEDED))
    assert steps(backend) == [1, 2, 3, 4, 5]
    assert task(backend, task_id).attempts == 2


def test_a_job_is_never_two_workers(backend: Backend) -> None:
    task_id = new_task(backend.database)
    inside, go_on = Event(), Event()

    def slowly(run: Run) -> None:
        inside.set()
        go_on.wait(20)
        work(run)

    with running(backend, slowly):
        wait_until(inside.is_set)
        second = Runner(backend.database, {Task: work})
        assert second._run_unfinished(Task, Event()) == 0
        assert steps(backend) == []
        go_on.set()
        wait_until(ends(backend, task_id, JobState.SUCCEEDED))
    assert task(backend, task_id).attempts == 1


def test_a_worker_that_lost_its_lock_commits_nothing_more(postgres_backend: Backend) -> None:
    """Its connection dies unnoticed, another worker finishes the job, and it wakes up."""
    backend = postgres_backend
    Model.metadata.create_all(backend.database.engine)
    task_id = new_task(backend.database)
    inside, go_on, woken = Event(), Event(), Event()

    def sleepy(run: Run) -> None:
        inside.set()
        go_on.wait(20)
        woken.set()
        do_step(run, 1)

    with running(backend, sleepy):
        wait_until(inside.is_set)
        terminate_lock_holders(backend)
        assert Runner(backend.database, {Task: work})._run_unfinished(Task, Event()) == 1
        go_on.set()
        wait_until(woken.is_set)
    found = task(backend, task_id)
    assert (found.state, found.processed, found.attempts) == (JobState.SUCCEEDED, 5, 2)
    assert steps(backend) == [1, 2, 3, 4, 5]


def test_a_lost_lock_is_noticed_at_the_next_check(postgres_backend: Backend) -> None:
    backend = postgres_backend
    Model.metadata.create_all(backend.database.engine)
    task_id = new_task(backend.database)
    passed: list[int] = []

    def losing_its_lock(run: Run) -> None:
        if run.attempt == 1:
            terminate_lock_holders(backend)
        run.check()
        passed.append(run.attempt)

    with running(backend, losing_its_lock):
        wait_until(ends(backend, task_id, JobState.SUCCEEDED))
    assert passed == [2]


def terminate_lock_holders(backend: Backend) -> None:
    with backend.database.connection() as connection:
        ended = connection.execute(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_locks JOIN pg_stat_activity"
                " USING (pid) WHERE locktype = 'advisory' AND application_name = :name"
            ),
            {"name": f"patron-{backend.schema}"},
        )
        assert ended.scalar_one() == 1


def test_a_cancelled_job_ends_and_what_is_done_stays(backend: Backend) -> None:
    task_id = new_task(backend.database)

    def cancelled_after_one_step(run: Run) -> None:
        do_step(run, 1)
        with run.database.transaction() as session:
            session.execute(update(Task).values(cancel_requested=True))
        work(run)

    with running(backend, cancelled_after_one_step):
        wait_until(ends(backend, task_id, JobState.CANCELLED))
    assert steps(backend) == [1]


def test_a_job_cancelled_before_its_turn_does_nothing(backend: Backend) -> None:
    task_id = new_task(backend.database)
    with backend.database.transaction() as session:
        session.execute(update(Task).values(cancel_requested=True))
    with running(backend, lambda run: do_step(run, 1)):
        wait_until(ends(backend, task_id, JobState.CANCELLED))
    assert steps(backend) == []


def test_a_job_that_cannot_succeed_tells_why(backend: Backend) -> None:
    task_id = new_task(backend.database)

    def impossible(_: Run) -> None:
        raise JobFailed(Fault("/file", "no_table", "Give a CSV or XLSX file."))

    with running(backend, impossible):
        wait_until(ends(backend, task_id, JobState.FAILED))
    expected = {"pointer": "/file", "code": "no_table", "message": "Give a CSV or XLSX file."}
    assert task(backend, task_id).failure == expected


def test_a_job_that_fails_again_and_again_is_given_up(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_MAX_ATTEMPTS", 3)
    monkeypatch.setattr(runner, "_RETRY_SECONDS", 0.0)
    broken, fine = new_task(backend.database), new_task(backend.database)

    def broken_for_one(run: Run) -> None:
        if run.job_id == broken:
            raise ZeroDivisionError
        work(run)

    with running(backend, broken_for_one):
        wait_until(ends(backend, broken, JobState.FAILED))
        wait_until(ends(backend, fine, JobState.SUCCEEDED))
    failure = task(backend, broken).failure
    assert failure is not None
    assert failure["code"] == "internal"


def test_a_stopped_worker_leaves_its_job_to_the_next(backend: Backend) -> None:
    task_id, stop = new_task(backend.database), Event()

    def stopped_after_one_step(run: Run) -> None:
        do_step(run, 1)
        stop.set()
        run.check()

    with running(backend, stopped_after_one_step, stop):
        wait_until(stop.is_set)
    assert task(backend, task_id).state == JobState.RUNNING
    with running(backend, work):
        wait_until(ends(backend, task_id, JobState.SUCCEEDED))
    assert steps(backend) == [1, 2, 3, 4, 5]
