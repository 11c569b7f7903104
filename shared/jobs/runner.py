"""Run the jobs of a service, the oldest first, one at a time per worker.

A worker claims a job with an exclusive lock. The lock is released when the worker dies, so another
worker takes the job over at once. The work commits in steps, stores its progress in its own rows,
and continues from there. A worker that lost its lock without noticing cannot commit another step,
because the number of its attempt is no longer that of the job's row.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared import clock, tracing
from shared.database import Database, is_outage
from shared.errors import Fault
from shared.files import store
from shared.jobs.models import UNFINISHED, JobState
from shared.locks import exclusive_lock
from shared.logging import logger
from shared.loops import Loop
from shared.metrics import JOBS

_IDLE_SECONDS = 0.1
_RETRY_SECONDS = 1.0
_MAX_ATTEMPTS = 20
_GAVE_UP = Fault("", "internal", "It failed repeatedly; the reason is in the log of the worker.")

log = logger(__name__)


class JobFailed(Exception):
    """The job cannot succeed as requested; the fault has the reason, for the user."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.message)


class JobCancelled(Exception):
    """The job was cancelled; the steps committed so far stay."""


class JobLost(Exception):
    """Another worker has taken the job over, so this attempt must end."""


@dataclass(frozen=True, slots=True)
class Run:
    """An attempt at a job: what the function that does the work gets.

    `kind` is the model of the job's table, `lock` the connection that has the job's lock.
    """

    database: Database
    job_id: UUID
    kind: type[Any]
    attempt: int
    stop: Event
    beat: Callable[[], None]
    lock: Connection

    def check(self) -> None:
        """Record a heartbeat between two steps; raise if the job is cancelled or the worker stops.

        It queries on the connection that has the lock, so it also fails if the lock is lost.
        """
        self.beat()
        if self.stop.is_set():
            raise InterruptedError
        cancel_requested = select(self.kind.cancel_requested).where(self.kind.id == self.job_id)
        if self.lock.execute(cancel_requested).scalar():
            raise JobCancelled

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield the session of a step, which is then committed.

        Raises JobLost, and commits nothing, if another worker has taken the job over.
        """
        with self.database.transaction() as session:
            yield session
            session.flush()
            current = select(self.kind.id).where(*self.attempt_conditions()).with_for_update()
            if session.scalar(current) is None:
                raise JobLost

    def attempt_conditions(self) -> list[Any]:
        """Return the conditions that select the job's row while this is its latest attempt."""
        return [self.kind.id == self.job_id, self.kind.attempts == self.attempt]


Work: TypeAlias = Callable[[Run], None]
"""Does the work of a job, in steps; it continues after the steps that are committed."""
_Result: TypeAlias = tuple[JobState, Fault | None]


class Runner(Loop):
    """The loop of a worker that runs jobs."""

    name = "jobs"

    def __init__(self, database: Database, works: Mapping[type[Any], Work]) -> None:
        self._database = database
        self._works = works

    def run(self, stop: Event) -> None:
        """Run unfinished jobs until `stop` is set."""
        while not stop.is_set():
            self.beat()
            try:
                if not sum(self._run_unfinished(kind, stop) for kind in self._works):
                    stop.wait(_IDLE_SECONDS)
            except SQLAlchemyError as error:
                self.wait_if_outage(error, stop)

    def _run_unfinished(self, kind: type[Any], stop: Event) -> int:
        """Run the unfinished jobs of a kind; return how many this worker has run."""
        with self._database.reading() as session:
            unfinished = select(kind.id).where(kind.state.in_(UNFINISHED)).order_by(kind.id)
            ids = session.scalars(unfinished).all()
        return sum(self._run_job(kind, job_id, stop) for job_id in ids if not stop.is_set())

    def _run_job(self, kind: type[Any], job_id: UUID, stop: Event) -> bool:
        """Run a job if no other worker has its lock and it is unfinished; return whether it ran."""
        with exclusive_lock(self._database, f"{kind.__tablename__}.{job_id}") as lock:
            attempt = None if lock is None else self._start(kind, job_id)
            if lock is None or attempt is None:
                return False
            run = Run(self._database, job_id, kind, attempt, stop, self.beat, lock)
            outcome = self._attempt(run)
        if outcome:
            JOBS.labels(kind.__tablename__, outcome).inc()
        return True

    def _start(self, kind: type[Any], job_id: UUID) -> int | None:
        """Commit the start of an attempt; return its number, None if the job is finished."""
        with self._database.transaction() as session:
            started = session.execute(
                update(kind)
                .where(kind.id == job_id, kind.state.in_(UNFINISHED))
                .values(state=JobState.RUNNING, attempts=kind.attempts + 1)
                .returning(kind.attempts)
            )
            number: int | None = started.scalar()
        return number

    def _attempt(self, run: Run) -> JobState | None:
        """Do the work and commit the final state; return None if the job is to be continued."""
        tracing.start()
        try:
            result = self._work(run)
            return _end(run, *result) if result else None
        except (InterruptedError, JobLost) as reason:
            log.info("job.left", **_log_fields(run), reason=type(reason).__name__)
            return None

    def _work(self, run: Run) -> _Result | None:
        """Do the work; return the final state, or None if another attempt is to be made."""
        try:
            if run.attempt > _MAX_ATTEMPTS:
                return JobState.FAILED, _GAVE_UP
            run.check()
            self._works[run.kind](run)
            return JobState.SUCCEEDED, None
        except JobCancelled:
            return JobState.CANCELLED, None
        except JobFailed as error:
            return JobState.FAILED, error.fault
        except (InterruptedError, JobLost):
            raise
        except Exception as error:
            if is_outage(error):
                raise
            log.exception("job.failed", **_log_fields(run))
            run.stop.wait(_RETRY_SECONDS)
            return None


def _log_fields(run: Run) -> dict[str, Any]:
    """Return the fields that identify an attempt in the log."""
    return {"kind": run.kind.__tablename__, "job_id": str(run.job_id), "attempt": run.attempt}


def _end(run: Run, state: JobState, fault: Fault | None) -> JobState:
    """Commit the final state of a job, and delete the file that it worked on, if it had one."""
    values: dict[str, Any] = {"state": state, "ended_at": clock.now()}
    if fault:
        values["failure"] = {"code": fault.code, "message": fault.message, "pointer": fault.pointer}
    with run.transaction() as session:
        session.execute(update(run.kind).where(*run.attempt_conditions()).values(**values))
        store.delete_file(session, file_id=run.job_id)
    log.info("job.ended", **_log_fields(run), state=state)
    return state
