"""Run the jobs of a service, oldest first, one at a time per worker.

A job is claimed by an exclusive lock that dies with its worker, so another takes over at once; the
work itself commits in steps and finds its place again in its own rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from shared import clock, tracing
from shared.database import Database
from shared.errors import Fault
from shared.jobs.models import UNFINISHED, JobState
from shared.locks import exclusive
from shared.logging import logger
from shared.metrics import JOBS
from shared.threads import Loop

_IDLE_SECONDS = 0.1
_MOST_ATTEMPTS = 20

log = logger(__name__)


class JobFailed(Exception):
    """The job cannot succeed as it was asked for; the fault tells the user why."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.message)


class JobCancelled(Exception):
    """Somebody asked for the job to end; what was committed so far stays."""


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt at a job, as the work sees it."""

    database: Database
    job_id: UUID
    kind: type[Any]
    stop: Event
    beat: Callable[[], None]

    def check(self) -> None:
        """Show life between two steps; end if the job is cancelled or the worker stops."""
        self.beat()
        if self.stop.is_set():
            raise InterruptedError
        with self.database.reading() as session:
            wish = select(self.kind.cancel_requested).where(self.kind.id == self.job_id)
            if session.scalar(wish):
                raise JobCancelled


Work: TypeAlias = Callable[[Run], None]


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
                worked = sum(self._work_on(kind, stop) for kind in self._works)
            except DBAPIError as error:
                log.warning("jobs.wait", reason=str(error))
                worked = 0
            if not worked:
                stop.wait(_IDLE_SECONDS)

    def _work_on(self, kind: type[Any], stop: Event) -> int:
        with self._database.reading() as session:
            unfinished = select(kind.id).where(kind.state.in_(UNFINISHED)).order_by(kind.id)
            ids = session.scalars(unfinished).all()
        return sum(self._claim(kind, job_id, stop) for job_id in ids if not stop.is_set())

    def _claim(self, kind: type[Any], job_id: UUID, stop: Event) -> bool:
        with exclusive(self._database, f"{kind.__tablename__}.{job_id}") as held:
            if held is None or not self._start(kind, job_id):
                return False
            run = Run(self._database, job_id, kind, stop, self.beat)
            outcome = self._attempt(run)
        if outcome:
            JOBS.labels(kind.__tablename__, outcome).inc()
        return True

    def _start(self, kind: type[Any], job_id: UUID) -> bool:
        with self._database.transaction() as session:
            started = session.execute(
                update(kind)
                .where(kind.id == job_id, kind.state.in_(UNFINISHED))
                .values(state=JobState.RUNNING, attempts=kind.attempts + 1)
                .returning(kind.attempts)
            )
            return started.scalar() is not None

    def _attempt(self, run: Run) -> JobState | None:
        tracing.start()
        try:
            self._works[run.kind](run)
            return _end(run, JobState.SUCCEEDED)
        except JobCancelled:
            return _end(run, JobState.CANCELLED)
        except JobFailed as error:
            return _end(run, JobState.FAILED, error.fault)
        except InterruptedError:
            return None
        except Exception:
            log.exception("job.failed", kind=run.kind.__tablename__, job_id=str(run.job_id))
            return _give_up(run)


def _give_up(run: Run) -> JobState | None:
    with run.database.reading() as session:
        job = session.get_one(run.kind, run.job_id)
    if job.attempts < _MOST_ATTEMPTS:
        run.stop.wait(1.0)
        return None
    fault = Fault("", "internal", "It failed again and again; the log of the worker says why.")
    return _end(run, JobState.FAILED, fault)


def _end(run: Run, state: JobState, fault: Fault | None = None) -> JobState:
    values: dict[str, Any] = {"state": state, "ended_at": clock.now()}
    if fault:
        values["failure"] = {"code": fault.code, "message": fault.message, "pointer": fault.pointer}
    with run.database.transaction() as session:
        session.execute(update(run.kind).where(run.kind.id == run.job_id).values(**values))
    log.info("job.ended", kind=run.kind.__tablename__, job_id=str(run.job_id), state=state)
    return state
