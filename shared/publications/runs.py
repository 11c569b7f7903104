"""Runs of the commands `restored` and `snapshot`: their progress, which a later run continues."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared import clock
from shared.database import Database
from shared.ids import new_id
from shared.models import PublicationRun

RESTORED, SNAPSHOT = "restored", "snapshot"
"""The commands that have runs."""


@dataclass
class Progress:
    """How far an unfinished run has come: its phase, and the positions in the phase by noun."""

    run_id: UUID
    options: Mapping[str, Any]
    phase: str
    position: dict[str, Any]


def unfinished(session: Session, command: str) -> PublicationRun | None:
    """Return the run of a command that was interrupted, if there is one."""
    statement = select(PublicationRun).where(
        PublicationRun.command == command, PublicationRun.finished_at.is_(None)
    )
    return session.scalars(statement.order_by(PublicationRun.id)).first()


def start_or_continue(
    database: Database,
    command: str,
    *,
    phase: str,
    options: Mapping[str, Any],
    start_over: bool = False,
) -> Progress:
    """Return the progress of the run that was interrupted, or of a new run in its first phase.

    An interrupted run has the options with which it began: an option that is None here stands for
    them. Raises SystemExit if other options are given. With `start_over` a new run takes the place
    of the interrupted one.
    """
    given = {name: value for name, value in options.items() if value is not None}
    with database.transaction() as session:
        run = unfinished(session, command)
        if run is not None and start_over:
            _finish_all(session, command)
            run = None
        if run is None:
            run = PublicationRun(
                id=new_id(),
                command=command,
                options=given,
                phase=phase,
                position={},
                started_at=clock.now(),
                finished_at=None,
            )
            session.add(run)
            session.flush()
        elif run.options | given != run.options:
            sys.exit(
                f"A run of {command} with other options was interrupted ({run.options}): leave "
                "them out to continue it, or add --start-over to begin again with the new ones."
            )
        return Progress(run.id, run.options, run.phase, dict(run.position))


def store(session: Session, progress: Progress) -> None:
    """Store the progress in the transaction of what was done."""
    session.execute(
        update(PublicationRun)
        .where(PublicationRun.id == progress.run_id)
        .values(phase=progress.phase, position=dict(progress.position))
    )


def begin_phase(database: Database, progress: Progress, phase: str) -> None:
    """Store that a phase begins."""
    progress.phase, progress.position = phase, {}
    with database.transaction() as session:
        store(session, progress)


def finish(database: Database, progress: Progress) -> None:
    """Store that the run is finished."""
    with database.transaction() as session:
        _finish(session, PublicationRun.id == progress.run_id)


def abandon(database: Database, command: str) -> None:
    """Store that no run of a command is to be continued."""
    with database.transaction() as session:
        _finish_all(session, command)


def _finish_all(session: Session, command: str) -> None:
    """Store that every run of a command is finished."""
    _finish(session, PublicationRun.command == command, PublicationRun.finished_at.is_(None))


def _finish(session: Session, *conditions: ColumnElement[bool]) -> None:
    """Store that the runs with these conditions are finished."""
    session.execute(update(PublicationRun).where(*conditions).values(finished_at=clock.now()))


def versions_ahead(session: Session) -> int:
    """Return the highest number by which a run of `restored` has raised all versions, else 0."""
    options = session.scalars(
        select(PublicationRun.options).where(PublicationRun.command == RESTORED)
    )
    return max((each.get("versions_ahead", 0) for each in options), default=0)


def refuse_unfinished(database: Database) -> None:
    """Raise SystemExit if `restored` was interrupted: nothing else may publish yet.

    A database that is out of reach or not migrated yet refuses nothing: a worker waits for it.
    """
    try:
        with database.reading() as session:
            run = unfinished(session, RESTORED)
    except SQLAlchemyError:
        return
    if run is not None:
        sys.exit(
            "The database was restored, and not everything is published yet: run "
            f"`python -m services.{database.schema} restored` again, before anything else."
        )
