"""Tests of the job runner: jobs run once, are resumed after kill -9, are cancelled, or fail."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from uuid import UUID

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select, text, update

from shared.errors import Fault
from shared.files.faults import EMPTY
from shared.jobs import runner
from shared.jobs.models import JobState, Lane
from shared.jobs.runner import JobFailed, Run, Runner, Work
from tests.shared.backend import Backend, wait_until
from tests.shared.jobs import working
from tests.shared.jobs.working import Model, Step, Task, do_step, new_task, work


@pytest.fixture
def backend(backend: Backend) -> Backend:
    """Return the backend (database and event log) with the tables of this module's test jobs."""
    Model.metadata.create_all(backend.database.engine)
    return backend


@contextmanager
def running(backend: Backend, work: Work, stop: Event | None = None) -> Iterator[Runner]:
    """Run jobs of the kind Task with `work` in a thread, as a worker does, inside the block."""
    stop_event = stop or Event()
    job_runner = Runner(backend.open_second_database(), {Task: work})
    thread = Thread(target=job_runner.run, args=(stop_event,))
    thread.start()
    try:
        yield job_runner
    finally:
        stop_event.set()
        thread.join()
        job_runner._database.close()


def task(backend: Backend, task_id: UUID) -> Task:
    """Return the row of a job as it is stored now."""
    with backend.database.reading() as session:
        return session.get_one(Task, task_id)


def has_state(backend: Backend, task_id: UUID, state: JobState) -> Callable[[], bool]:
    """Return a condition to wait for: a function that returns whether a job has this state."""
    return lambda: task(backend, task_id).state == state


def steps(backend: Backend) -> list[int]:
    """Return the sorted numbers of the committed steps; a step done twice occurs twice."""
    with backend.database.reading() as session:
        return sorted(session.scalars(select(Step.number)))


def test_a_job_runs_and_stores_its_progress(backend: Backend) -> None:
    task_id = new_task(backend.database)
    with running(backend, work):
        wait_until(has_state(backend, task_id, JobState.SUCCEEDED))
    found = task(backend, task_id)
    assert (found.processed, found.total, found.attempts) == (5, 5, 1)
    assert found.ended_at is not None
    assert steps(backend) == [1, 2, 3, 4, 5]


def test_another_worker_continues_the_job_of_a_killed_worker(backend: Backend) -> None:
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
            wait_until(has_state(backend, task_id, JobState.SUCCEEDED))
    assert steps(backend) == [1, 2, 3, 4, 5]
    assert task(backend, task_id).attempts == 2


def test_a_job_is_never_run_by_two_workers_at_once(backend: Backend) -> None:
    task_id = new_task(backend.database)
    entered, released = Event(), Event()

    def work_slowly(run: Run) -> None:
        entered.set()
        released.wait(20)
        work(run)

    with running(backend, work_slowly):
        wait_until(entered.is_set)
        second = Runner(backend.database, {Task: work})
        assert second._run_unfinished(Task, Event()) == 0
        assert steps(backend) == []
        released.set()
        wait_until(has_state(backend, task_id, JobState.SUCCEEDED))
    assert task(backend, task_id).attempts == 1


def test_a_worker_that_lost_its_lock_cannot_commit_another_step(postgres_backend: Backend) -> None:
    """The first worker loses its connection, another worker finishes the job, the first goes on."""
    backend = postgres_backend
    Model.metadata.create_all(backend.database.engine)
    task_id = new_task(backend.database)
    entered, released, resumed = Event(), Event(), Event()

    def sleep_then_step(run: Run) -> None:
        entered.set()
        released.wait(20)
        resumed.set()
        do_step(run, 1)

    with running(backend, sleep_then_step):
        wait_until(entered.is_set)
        terminate_lock_holders(backend)
        assert Runner(backend.database, {Task: work})._run_unfinished(Task, Event()) == 1
        released.set()
        wait_until(resumed.is_set)
    found = task(backend, task_id)
    assert (found.state, found.processed, found.attempts) == (JobState.SUCCEEDED, 5, 2)
    assert steps(backend) == [1, 2, 3, 4, 5]


def test_a_worker_that_lost_its_lock_fails_at_the_next_check(postgres_backend: Backend) -> None:
    backend = postgres_backend
    Model.metadata.create_all(backend.database.engine)
    task_id = new_task(backend.database)
    passed: list[int] = []

    def lose_the_lock(run: Run) -> None:
        if run.attempt == 1:
            terminate_lock_holders(backend)
        run.check()
        passed.append(run.attempt)

    with running(backend, lose_the_lock):
        wait_until(has_state(backend, task_id, JobState.SUCCEEDED))
    assert passed == [2]


def terminate_lock_holders(backend: Backend) -> None:
    """Terminate the PostgreSQL connection that has advisory locks; there must be exactly one."""
    with backend.database.connection() as connection:
        terminated = connection.execute(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE application_name = :name"
                " AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')"
            ),
            {"name": f"patron-{backend.schema}"},
        )
        assert terminated.scalar_one() == 1


def test_a_cancelled_job_ends_and_its_committed_steps_stay(backend: Backend) -> None:
    task_id = new_task(backend.database)

    def cancel_after_one_step(run: Run) -> None:
        do_step(run, 1)
        with run.database.transaction() as session:
            session.execute(update(Task).values(cancel_requested=True))
        work(run)

    with running(backend, cancel_after_one_step):
        wait_until(has_state(backend, task_id, JobState.CANCELLED))
    assert steps(backend) == [1]


def test_a_job_that_is_cancelled_before_it_starts_does_nothing(backend: Backend) -> None:
    task_id = new_task(backend.database)
    with backend.database.transaction() as session:
        session.execute(update(Task).values(cancel_requested=True))
    with running(backend, lambda run: do_step(run, 1)):
        wait_until(has_state(backend, task_id, JobState.CANCELLED))
    assert steps(backend) == []


def test_a_job_whose_work_raises_job_failed_stores_the_fault_as_its_failure(
    backend: Backend,
) -> None:
    task_id = new_task(backend.database)

    def fail(_: Run) -> None:
        raise JobFailed(Fault("/file", EMPTY, "Give a CSV or XLSX file."))

    with running(backend, fail):
        wait_until(has_state(backend, task_id, JobState.FAILED))
    expected = {"pointer": "/file", "code": "empty", "message": "Give a CSV or XLSX file."}
    assert task(backend, task_id).failure == expected
    assert task(backend, task_id).failure_params == {}


def test_a_job_that_always_raises_an_error_fails_after_its_last_attempt_and_other_jobs_run(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_MAX_ATTEMPTS", 3)
    monkeypatch.setattr(runner, "_RETRY_SECONDS", 0.0)
    broken_id, other_id = new_task(backend.database), new_task(backend.database)

    def fail_for_broken_job(run: Run) -> None:
        if run.job_id == broken_id:
            raise ZeroDivisionError
        work(run)

    with running(backend, fail_for_broken_job):
        wait_until(has_state(backend, broken_id, JobState.FAILED))
        wait_until(has_state(backend, other_id, JobState.SUCCEEDED))
    failure = task(backend, broken_id).failure
    assert failure is not None
    assert failure["code"] == "internal"


def test_the_job_of_a_stopped_worker_is_continued_by_the_next_one(backend: Backend) -> None:
    task_id, stop = new_task(backend.database), Event()

    def stop_after_one_step(run: Run) -> None:
        do_step(run, 1)
        stop.set()
        run.check()

    with running(backend, stop_after_one_step, stop):
        wait_until(stop.is_set)
    assert task(backend, task_id).state == JobState.RUNNING
    with running(backend, work):
        wait_until(has_state(backend, task_id, JobState.SUCCEEDED))
    assert steps(backend) == [1, 2, 3, 4, 5]


def test_a_job_has_as_many_attempts_after_its_worker_was_stopped_as_before(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_MAX_ATTEMPTS", 1)
    task_id = new_task(backend.database)

    def stop_at_once(run: Run) -> None:
        run.stop.set()
        run.check()

    for _ in range(3):
        assert Runner(backend.database, {Task: stop_at_once})._run_unfinished(Task, Event()) == 1
        assert task(backend, task_id).attempts == 0
    Runner(backend.database, {Task: work})._run_unfinished(Task, Event())
    assert (task(backend, task_id).state, task(backend, task_id).attempts) == ("succeeded", 1)


def exported(metric: str, **labels: str) -> float | None:
    """Return the value of a metric of the jobs of the kind Task; None if it is not exported."""
    return REGISTRY.get_sample_value(metric, {"kind": Task.__tablename__, **labels})


def test_a_runner_exports_its_metrics_before_it_has_run_a_job(backend: Backend) -> None:
    Runner(backend.database, {Task: work})
    assert exported("patron_job_lines_total") is not None
    for lane in Lane:
        assert exported("patron_jobs_running", lane=lane) == 0
        for state in ("succeeded", "failed", "cancelled"):
            assert exported("patron_jobs_total", lane=lane, state=state) is not None


def test_a_job_is_exported_as_running_until_it_has_ended(backend: Backend) -> None:
    started, released = Event(), Event()

    def wait(_: Run) -> None:
        started.set()
        released.wait(20)

    task_id = new_task(backend.database)
    with running(backend, wait):
        wait_until(started.is_set)
        assert exported("patron_jobs_running", lane=Lane.LARGE) == 1
        released.set()
        wait_until(has_state(backend, task_id, JobState.SUCCEEDED))
        wait_until(lambda: exported("patron_jobs_running", lane=Lane.LARGE) == 0)
