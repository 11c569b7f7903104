"""Which job runs next: in each lane the callers take turns, and each has one job running at most.

The jobs of a caller in a lane run one after another, the oldest first: a later file may change
what an earlier one has created. If jobs of several callers wait, the next one is that of the caller
whose last job was started longest ago. The turns follow from the rows of the jobs, so that several
workers share them.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.jobs.models import UNFINISHED, Lane


class NextJob(NamedTuple):
    """The oldest unfinished job of a caller in a lane; a worker may be running it already."""

    id: UUID
    lane: str
    created_by: str

    def locks(self, kind: type[Any]) -> tuple[str, str]:
        """Return the names of the locks of the job: that of the caller's turn and its own.

        A worker of the release before the turns has only the lock of the job. The name of a caller
        may have characters that the name of a file must not have.
        """
        caller = sha256(self.created_by.encode()).hexdigest()[:32]
        table = kind.__tablename__
        return f"{table}.{self.lane}.{caller}", f"{table}.{self.id}"


def next_jobs(session: Session, kind: type[Any], lanes: Sequence[Lane]) -> list[NextJob]:
    """Return the next job of each caller in these lanes, in the order of the callers' turns."""
    of_caller = func.row_number().over(partition_by=(kind.lane, kind.created_by), order_by=kind.id)
    jobs = (
        select(kind.id, kind.lane, kind.created_by, of_caller.label("number"))
        .where(kind.state.in_(UNFINISHED), kind.lane.in_(lanes))
        .subquery()
    )
    last_turn = (
        select(func.max(kind.attempted_at))
        .where(kind.created_by == jobs.c.created_by, kind.lane == jobs.c.lane)
        .scalar_subquery()
    )
    statement = (
        select(jobs.c.id, jobs.c.lane, jobs.c.created_by)
        .where(jobs.c.number == 1)
        .order_by(last_turn.asc().nulls_first(), jobs.c.id)
    )
    return [NextJob(*row) for row in session.execute(statement)]
