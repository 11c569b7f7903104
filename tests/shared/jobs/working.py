"""A kind of job for tests, and a worker in a process of its own that a test can kill."""

import json
import sys
from threading import Event
from uuid import UUID

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared import clock
from shared.database import Database, new_metadata
from shared.ids import new_id
from shared.jobs.models import JobColumns, Lane
from shared.jobs.runner import Run, Runner
from tests.shared.backend import NotesSettings

STEPS = 5


class Model(DeclarativeBase):
    """The base class of the tables in these tests."""

    metadata = new_metadata()


class Task(JobColumns, Model):
    """A job with five steps."""

    __tablename__ = "tasks"


class Step(Model):
    """A committed step of a job; a step that was done twice has two rows."""

    __tablename__ = "steps"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id"))
    number: Mapped[int]
    attempt: Mapped[int]


def new_task(database: Database, *, by: str = "me", lane: Lane = Lane.LARGE) -> UUID:
    """Create a queued job of a caller and return its id."""
    task_id = new_id()
    with database.transaction() as session:
        row = Task(id=task_id, created_by=by, lane=lane, created_at=clock.now(), total=STEPS)
        session.add(row)
    return task_id


def do_step(run: Run, number: int) -> None:
    """Commit a step together with the progress of the job."""
    with run.transaction() as session:
        session.add(Step(task_id=run.job_id, number=number, attempt=run.attempt))
        session.execute(update(Task).where(Task.id == run.job_id).values(processed=number))


def steps_done(run: Run) -> int:
    """Return the number of steps that are committed."""
    with run.database.reading() as session:
        return session.scalars(select(Task.processed).where(Task.id == run.job_id)).one()


def work(run: Run) -> None:
    """Do all steps of a job that are not done yet."""
    for number in range(steps_done(run) + 1, STEPS + 1):
        run.check()
        do_step(run, number)


def work_two_and_hang(run: Run) -> None:
    """Do two steps and then wait, so that a test can kill the worker in the middle of the job."""
    do_step(run, 1)
    do_step(run, 2)
    run.stop.wait()


def main(settings_json: str, schema: str) -> None:
    """Run jobs of the kind Task, which hang after two steps, until the process is killed."""
    settings = NotesSettings(**json.loads(settings_json))
    Runner(Database(settings.database, schema=schema), {Task: work_two_and_hang}).run(Event())


if __name__ == "__main__":
    main(*sys.argv[1:])
