"""Run the jobs of a service, oldest first, one at a time per worker.

A job is claimed by an exclusive lock that dies with its worker, so another takes over at once; the
work itself commits in steps and finds its place again in its own rows. A worker that lost its lock
without noticing cannot commit another step: the number of its attempt is no longer the job's.
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
_MOST_ATTEMPTS = 20
_GAVE_UP = Fault("", "internal", "It failed again and again; the log of the worker says why.")

log = logger(__name__)


class JobFailed(Exception):
    """The job cannot succeed as it was asked for; the fault tells the user why."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.message)


class JobCancelled(Exception):
    """Somebody asked for the job to end; what was committed so far stays."""


class JobLost(Exception):
    """Another worker has taken the job over."""


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt at a job, as the work sees it."""

    database: Database
    job_id: UUID
    kind: type[Any]
    attempt: int
    stop: Event
    beat: Callable[[], None]
    lock: Connection

    def check(self) -> None:
        """Show life between two steps; end if the job is cancelled or the worker stops.

        It asks over the connection that holds the lock, and so fails when the lock is lost.
        """
        self.beat()
        if self.stop.is_set():
            raise InterruptedError
        wish = select(self.kind.cancel_requested).where(self.kind.id == self.job_id)
        if self.lock.execute(wish).scalar():
            raise JobCancelled

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Give the transaction of a step; it fails if another worker has taken the job over."""
        with self.database.transaction() as session:
            yield session
            session.flush()
            mine = select(self.kind.id).where(*self.own()).with_for_update()
            if session.scalar(mine) is None:
                raise JobLost

    def own(self) -> list[Any]:
        """Give the conditions under which the job's row is still this attempt's."""
        return [self.kind.id == self.job_id, self.kind.attempts == self.attempt]


Work: TypeAlias = Callable[[Run], None]
_Ending: TypeAlias = tuple[JobState, Fault | None]


class Runner(Loop):
    """The working side of a worker."""

    name = "jobs"

    def __init__(self, database: Database, works: Mapping[type[Any], Work]) -> None:
        self._database = database
        self._works = works

    def run(self, stop: Event) -> None:
        """Work on what is unfinished until told to stop."""
        while not stop.is_set():
            self.beat()
            try:
                if not sum(self._work_on(kind, stop) for kind in self._works):
                    stop.wait(_IDLE_SECONDS)
            except SQLAlchemyError as error:
                self.wait_if_outage(error, stop)

    def _work_on(self, kind: type[Any], stop: Event) -> int:
        with self._database.reading() as session:
            unfinished = select(kind.id).where(kind.state.in_(UNFINISHED)).order_by(kind.id)
            ids = session.scalars(unfinished).all()
        return sum(self._claim(kind, job_id, stop) for job_id in ids if not stop.is_set())

    def _claim(self, kind: type[Any], job_id: UUID, stop: Event) -> bool:
        with exclusive_lock(self._database, f"{kind.__tablename__}.{job_id}") as held:
            attempt = None if held is None else self._start(kind, job_id)
            if held is None or attempt is None:
                return False
            run = Run(self._database, job_id, kind, attempt, stop, self.beat, held)
            outcome = self._attempt(run)
        if outcome:
            JOBS.labels(kind.__tablename__, outcome).inc()
        return True

    def _start(self, kind: type[Any], job_id: UUID) -> int | None:
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
        """Work and note how it ended; None if the job has to go on later."""
        tracing.start()
        try:
            ending = self._work(run)
            return _end(run, *ending) if ending else None
        except (InterruptedError, JobLost) as reason:
            log.info("job.left", **_named(run), reason=type(reason).__name__)
            return None

    def _work(self, run: Run) -> _Ending | None:
        try:
            if run.attempt > _MOST_ATTEMPTS:
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
            log.exception("job.failed", **_named(run))
            run.stop.wait(_RETRY_SECONDS)
            return None


def _named(run: Run) -> dict[str, Any]:
    return {"kind": run.kind.__tablename__, "job_id": str(run.job_id), "attempt": run.attempt}


def _end(run: Run, state: JobState, fault: Fault | None) -> JobState:
    """Note how a job ended; the file that it worked on, if any, goes with it."""
    values: dict[str, Any] = {"state": state, "ended_at": clock.now()}
    if fault:
        values["failure"] = {"code": fault.code, "message": fault.message, "pointer": fault.pointer}
    with run.transaction() as session:
        session.execute(update(run.kind).where(*run.own()).values(**values))
        store.delete_file(session, file_id=run.job_id)
    log.info("job.ended", **_named(run), state=state)
    return state
