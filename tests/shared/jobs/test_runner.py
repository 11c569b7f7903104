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
from tests.shared.jobs import working
from tests.shared.jobs.working import Model, Step, Task, do_step, new_task, work
from tests.shared.kit import Kit, until


@pytest.fixture
def kit(kit: Kit) -> Kit:
    Model.metadata.create_all(kit.database.engine)
    return kit


@contextmanager
def running(kit: Kit, work: Work, stop: Event | None = None) -> Iterator[Runner]:
    """Have a worker run."""
    ending = stop or Event()
    worker = Runner(kit.another_database(), {Task: work})
    thread = Thread(target=worker.run, args=(ending,))
    thread.start()
    try:
        yield worker
    finally:
        ending.set()
        thread.join()
        worker._database.close()


def task(kit: Kit, task_id: UUID) -> Task:
    with kit.database.reading() as session:
        return session.get_one(Task, task_id)


def ends(kit: Kit, task_id: UUID, state: JobState) -> Callable[[], bool]:
    return lambda: task(kit, task_id).state == state


def steps(kit: Kit) -> list[int]:
    with kit.database.reading() as session:
        return sorted(session.scalars(select(Step.number)))


def test_work_is_done_with_progress(kit: Kit) -> None:
    task_id = new_task(kit.database)
    with running(kit, work):
        until(ends(kit, task_id, JobState.SUCCEEDED))
    found = task(kit, task_id)
    assert (found.processed, found.total, found.attempts) == (5, 5, 1)
    assert found.ended_at is not None
    assert steps(kit) == [1, 2, 3, 4, 5]


def test_another_worker_goes_on_where_a_killed_one_was(kit: Kit) -> None:
    task_id = new_task(kit.database)
    command = [sys.executable, "-m", working.__name__, kit.settings.model_dump_json(), kit.schema]
    with subprocess.Popen(command) as process:
        until(lambda: task(kit, task_id).processed == 2)
        with running(kit, work):
            process.kill()
            assert process.wait(10) == -signal.SIGKILL
            until(ends(kit, task_id, JobState.SUCCEEDED))
    assert steps(kit) == [1, 2, 3, 4, 5]
    assert task(kit, task_id).attempts == 2


def test_a_job_is_never_two_workers(kit: Kit) -> None:
    task_id = new_task(kit.database)
    inside, go_on = Event(), Event()

    def slowly(run: Run) -> None:
        inside.set()
        go_on.wait(20)
        work(run)

    with running(kit, slowly):
        until(inside.is_set)
        second = Runner(kit.database, {Task: work})
        assert second._work_on(Task, Event()) == 0
        assert steps(kit) == []
        go_on.set()
        until(ends(kit, task_id, JobState.SUCCEEDED))
    assert task(kit, task_id).attempts == 1


def test_a_worker_that_lost_its_lock_commits_nothing_more(postgres_kit: Kit) -> None:
    """Its connection dies unnoticed, another worker finishes the job, and it wakes up."""
    kit = postgres_kit
    Model.metadata.create_all(kit.database.engine)
    task_id = new_task(kit.database)
    inside, go_on, woken = Event(), Event(), Event()

    def sleepy(run: Run) -> None:
        inside.set()
        go_on.wait(20)
        woken.set()
        do_step(run, 1)

    with running(kit, sleepy):
        until(inside.is_set)
        terminate_lock_holders(kit)
        assert Runner(kit.database, {Task: work})._work_on(Task, Event()) == 1
        go_on.set()
        until(woken.is_set)
    found = task(kit, task_id)
    assert (found.state, found.processed, found.attempts) == (JobState.SUCCEEDED, 5, 2)
    assert steps(kit) == [1, 2, 3, 4, 5]


def test_a_lost_lock_is_noticed_at_the_next_check(postgres_kit: Kit) -> None:
    kit = postgres_kit
    Model.metadata.create_all(kit.database.engine)
    task_id = new_task(kit.database)
    passed: list[int] = []

    def losing_its_lock(run: Run) -> None:
        if run.attempt == 1:
            terminate_lock_holders(kit)
        run.check()
        passed.append(run.attempt)

    with running(kit, losing_its_lock):
        until(ends(kit, task_id, JobState.SUCCEEDED))
    assert passed == [2]


def terminate_lock_holders(kit: Kit) -> None:
    with kit.database.connection() as connection:
        ended = connection.execute(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_locks JOIN pg_stat_activity"
                " USING (pid) WHERE locktype = 'advisory' AND application_name = :name"
            ),
            {"name": f"patron-{kit.schema}"},
        )
        assert ended.scalar_one() == 1


def test_a_cancelled_job_ends_and_what_is_done_stays(kit: Kit) -> None:
    task_id = new_task(kit.database)

    def cancelled_after_one_step(run: Run) -> None:
        do_step(run, 1)
        with run.database.transaction() as session:
            session.execute(update(Task).values(cancel_requested=True))
        work(run)

    with running(kit, cancelled_after_one_step):
        until(ends(kit, task_id, JobState.CANCELLED))
    assert steps(kit) == [1]


def test_a_job_cancelled_before_its_turn_does_nothing(kit: Kit) -> None:
    task_id = new_task(kit.database)
    with kit.database.transaction() as session:
        session.execute(update(Task).values(cancel_requested=True))
    with running(kit, lambda run: do_step(run, 1)):
        until(ends(kit, task_id, JobState.CANCELLED))
    assert steps(kit) == []


def test_a_job_that_cannot_succeed_tells_why(kit: Kit) -> None:
    task_id = new_task(kit.database)

    def impossible(_: Run) -> None:
        raise JobFailed(Fault("/file", "no_table", "Give a CSV or XLSX file."))

    with running(kit, impossible):
        until(ends(kit, task_id, JobState.FAILED))
    expected = {"pointer": "/file", "code": "no_table", "message": "Give a CSV or XLSX file."}
    assert task(kit, task_id).failure == expected


def test_a_job_that_fails_again_and_again_is_given_up(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_MOST_ATTEMPTS", 3)
    monkeypatch.setattr(runner, "_RETRY_SECONDS", 0.0)
    broken, fine = new_task(kit.database), new_task(kit.database)

    def broken_for_one(run: Run) -> None:
        if run.job_id == broken:
            raise ZeroDivisionError
        work(run)

    with running(kit, broken_for_one):
        until(ends(kit, broken, JobState.FAILED))
        until(ends(kit, fine, JobState.SUCCEEDED))
    failure = task(kit, broken).failure
    assert failure is not None
    assert failure["code"] == "internal"


def test_a_stopped_worker_leaves_its_job_to_the_next(kit: Kit) -> None:
    task_id, stop = new_task(kit.database), Event()

    def stopped_after_one_step(run: Run) -> None:
        do_step(run, 1)
        stop.set()
        run.check()

    with running(kit, stopped_after_one_step, stop):
        until(stop.is_set)
    assert task(kit, task_id).state == JobState.RUNNING
    with running(kit, work):
        until(ends(kit, task_id, JobState.SUCCEEDED))
    assert steps(kit) == [1, 2, 3, 4, 5]
