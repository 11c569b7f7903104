"""Runs the jobs of a service in loops, each of which runs one job of its lane at a time.

A small job therefore never waits for a large one. `shared/jobs/turns.py` decides which job of a
lane is the next one. A loop takes a job by locking it. The lock is released when its worker dies,
so another worker takes the job over at once. The work of a job commits in steps and stores its
progress, so that the next attempt continues after the last step. Every attempt has a number, which
the job's row stores. A worker that lost its lock without noticing cannot commit a further step,
because the row then has the number of a later attempt.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from threading import Event
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared import clock, tracing
from shared.database import Database, is_outage
from shared.errors import Fault, Problem
from shared.files import store
from shared.jobs.models import FINAL, UNFINISHED, JobState, Lane
from shared.jobs.turns import NextJob, next_jobs
from shared.locks import exclusive_lock
from shared.logging import logger
from shared.loops import QUIET_SECONDS, Loop
from shared.metrics import JOB_LINES, JOBS, JOBS_RUNNING

LOOPS = {Lane.SMALL: 2, Lane.LARGE: 3}
"""How many jobs of each lane a worker runs at the same time."""
_IDLE_SECONDS = 0.5
_RETRY_SECONDS = 1.0
_MAX_ATTEMPTS = 20
_GAVE_UP = Problem(detail="It failed repeatedly; the reason is in the log of the worker.")

log = logger(__name__)


class JobFailed(Exception):
    """Raised by the work of a job that cannot succeed; `reason` is stated to the user."""

    def __init__(self, reason: Fault | Problem) -> None:
        self.reason = reason
        super().__init__(str(reason))


class JobCancelled(Exception):
    """Raised between two steps if the job was cancelled; the steps committed so far stay."""


class JobLost(Exception):
    """Raised if another worker has taken the job over, so that this attempt must end."""


@dataclass(frozen=True, slots=True)
class Run:
    """An attempt at a job, which is the argument of the function that does the work.

    `kind` is the model class of the job's table, `attempt` the number of this attempt. `stop` is
    set when the worker stops, `beat` records that the worker is alive, and `lock` is the database
    connection that has locked the job.
    """

    database: Database
    job_id: UUID
    kind: type[Any]
    attempt: int
    stop: Event
    beat: Callable[[], None]
    lock: Connection

    def check(self) -> None:
        """Check between two steps whether the job should go on, and record a heartbeat.

        Raises JobCancelled if the job is cancelled, InterruptedError if the worker stops. The query
        uses the connection that has locked the job, so it raises an error if the lock is lost.
        """
        self.beat()
        if self.stop.is_set():
            raise InterruptedError
        cancel_requested = select(self.kind.cancel_requested).where(self.kind.id == self.job_id)
        if self.lock.execute(cancel_requested).scalar():
            raise JobCancelled

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session for one step, and commit the changes of the step afterwards.

        If another worker has taken the job over, nothing is committed and JobLost is raised.
        """
        with self.database.transaction() as session:
            yield session
            session.flush()
            own_job = select(self.kind.id).where(*self.attempt_conditions()).with_for_update()
            if session.scalar(own_job) is None:
                raise JobLost

    def attempt_conditions(self) -> list[Any]:
        """Return conditions that match the job's row as long as no later attempt has started."""
        return [self.kind.id == self.job_id, self.kind.attempts == self.attempt]


Work: TypeAlias = Callable[[Run], None]
"""A function that does the work of a job in steps; it begins after the steps already committed."""
_Result: TypeAlias = tuple[JobState, Fault | Problem | None]
"""The final state of a job, and the reason if it failed."""


class Runner(Loop):
    """A loop in a worker that runs jobs of the given lanes, one at a time.

    `works` has the work for each model class of jobs.
    """

    name = "jobs"

    def __init__(
        self,
        database: Database,
        works: Mapping[type[Any], Work],
        lanes: Sequence[Lane] = tuple(Lane),
    ) -> None:
        self._database = database
        self._works = works
        self._lanes = lanes
        _start_metrics(works, lanes)

    def run(self, stop: Event) -> None:
        """Run all unfinished jobs, and new jobs as they are queued, until `stop` is set."""
        while not stop.is_set():
            self.beat()
            try:
                attempts = sum(self._run_unfinished(kind, stop) for kind in self._works)
            except SQLAlchemyError as error:
                self.wait_if_outage(error, stop)
            else:
                self.end_outage()
                if not attempts:
                    stop.wait(_IDLE_SECONDS)

    def _beat_in_job(self) -> None:
        """Record a heartbeat between two steps of a job, and that the steps succeed again."""
        self.beat()
        self.end_outage(quiet_seconds=QUIET_SECONDS)

    def _run_unfinished(self, kind: type[Any], stop: Event) -> int:
        """Run jobs of one kind until none is left to run; return the number of attempts."""
        attempts = 0
        while not stop.is_set() and self._run_next(kind, stop):
            attempts += 1
        return attempts

    def _run_next(self, kind: type[Any], stop: Event) -> bool:
        """Try the first of the next jobs that no other loop or worker runs, if there is one.

        Return whether there was an attempt.
        """
        with self._database.reading() as session:
            jobs = next_jobs(session, kind, self._lanes)
        return any(self._run_job(kind, job, stop) for job in jobs)

    def _run_job(self, kind: type[Any], job: NextJob, stop: Event) -> bool:
        """Try a job once; return whether there was an attempt.

        No attempt is made if a job of this caller and lane is running, or the job is finished.
        """
        with exclusive_lock(self._database, *job.locks(kind)) as lock:
            started = None if lock is None else self._start_attempt(kind, job.id)
            if lock is None or started is None:
                return False
            attempt, traceparent = started
            tracing.start(traceparent)
            run = Run(self._database, job.id, kind, attempt, stop, self._beat_in_job, lock)
            with JOBS_RUNNING.labels(kind.__tablename__, job.lane).track_inprogress():
                final_state = self._run_attempt(run)
        if final_state:
            JOBS.labels(kind.__tablename__, job.lane, final_state).inc()
        return True

    def _start_attempt(self, kind: type[Any], job_id: UUID) -> tuple[int, str | None] | None:
        """Commit that an attempt has started; return its number and the trace of the job.

        The result is None if the job is finished.
        """
        with self._database.transaction() as session:
            started = session.execute(
                update(kind)
                .where(kind.id == job_id, kind.state.in_(UNFINISHED))
                .values(
                    state=JobState.RUNNING,
                    attempts=kind.attempts + 1,
                    attempted_at=clock.now(),
                )
                .returning(kind.attempts, kind.traceparent)
            ).first()
        return None if started is None else (started.attempts, started.traceparent)

    def _run_attempt(self, run: Run) -> JobState | None:
        """Do the work of a job; commit and return its final state.

        Returns None if the job is not finished, so that a later attempt continues it.
        """
        try:
            result = self._do_work(run)
            return _end_job(run, *result) if result else None
        except (InterruptedError, JobLost) as reason:
            log.info("job.left", **_log_fields(run), reason=type(reason).__name__)
            if isinstance(reason, InterruptedError):
                _discount_attempt(run)
            return None

    def _do_work(self, run: Run) -> _Result | None:
        """Do the work of a job; return its result, None if there must be a further attempt."""
        try:
            if run.attempt > _MAX_ATTEMPTS:
                return JobState.FAILED, _GAVE_UP
            run.check()
            self._works[run.kind](run)
            return JobState.SUCCEEDED, None
        except JobCancelled:
            return JobState.CANCELLED, None
        except JobFailed as error:
            return JobState.FAILED, error.reason
        except (InterruptedError, JobLost):
            raise
        except Exception as error:
            if is_outage(error):
                raise
            log.exception("job.failed", **_log_fields(run))
            run.stop.wait(_RETRY_SECONDS)
            return None


def runners(database: Database, works: Mapping[type[Any], Work]) -> list[Runner]:
    """Return the loops in which a worker runs jobs: those of all lanes."""
    loops = list[Runner]()
    for lane, count in LOOPS.items():
        for number in range(1, count + 1):
            loop = Runner(database, works, [lane])
            loop.name = f"jobs.{lane}.{number}"
            loops.append(loop)
    return loops


def _start_metrics(kinds: Iterable[type[Any]], lanes: Iterable[Lane]) -> None:
    """Export the metrics of jobs at 0, for every kind, lane and final state."""
    for kind, lane in product(kinds, lanes):
        JOB_LINES.labels(kind.__tablename__)
        JOBS_RUNNING.labels(kind.__tablename__, lane)
        for state in FINAL:
            JOBS.labels(kind.__tablename__, lane, state)


def _discount_attempt(run: Run) -> None:
    """Do not count an attempt that ended because the worker stops.

    A job that runs for long would otherwise fail after as many stops as it may have attempts. The
    next attempt has the same number, which no other worker can have: this one has ended, and
    nothing changes if a later one has started.
    """
    own_attempt = update(run.kind).where(*run.attempt_conditions())
    with run.database.transaction() as session:
        session.execute(own_attempt.values(attempts=run.attempt - 1))


def _log_fields(run: Run) -> dict[str, Any]:
    """Return the fields of a log line that identify an attempt at a job."""
    return {"kind": run.kind.__tablename__, "job_id": str(run.job_id), "attempt": run.attempt}


def _failure(reason: Fault | Problem) -> dict[str, Any]:
    """Return why a job failed, as its row stores it."""
    if isinstance(reason, Problem):
        return {"code": reason.code, "message": reason.detail, "pointer": ""}
    return {"code": reason.code, "message": reason.message, "pointer": reason.pointer}


def _end_job(run: Run, state: JobState, reason: Fault | Problem | None) -> JobState:
    """Commit and return the final state of a job; delete the file that it worked on, if any."""
    values: dict[str, Any] = {"state": state, "ended_at": clock.now()}
    if reason:
        values["failure"] = _failure(reason)
        values["failure_params"] = dict(reason.params) if isinstance(reason, Fault) else {}
    with run.transaction() as session:
        session.execute(update(run.kind).where(*run.attempt_conditions()).values(**values))
        store.delete_file(session, file_id=run.job_id)
    log.info("job.ended", **_log_fields(run), state=state)
    return state
