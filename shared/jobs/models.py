"""The columns that every table of jobs has. Every kind of job (such as imports) has a table."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Integer, String, Uuid
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from shared import tracing
from shared.database import Json, Moment


class JobState(StrEnum):
    """The state of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Lane(StrEnum):
    """The lane of a job: the job waits only for jobs of the same lane.

    `SMALL` is for jobs that are known to end soon, `LARGE` for all others.
    """

    SMALL = "small"
    LARGE = "large"


UNFINISHED = (JobState.QUEUED, JobState.RUNNING)
"""The states of jobs that a worker still has to run or to continue."""
FINAL = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)
"""The states of jobs that have ended."""


class JobColumns:
    """A mixin with the columns that every table of jobs has.

    `processed` of `total` steps or lines are finished; `total` is None until it is known.
    `attempts` is the number of times that a worker has started the job, without those that ended
    because the worker was stopped; `attempted_at` is the time of the last start. `failure` is the
    fault for which the job failed. `failure_params` are the parameters of its code; None if the job
    failed before this column existed.

    `traceparent` is the trace of the request that created the job, to which its events belong.

    The index finds the last turn of a caller (`shared/jobs/turns.py`). The database has a default
    for `lane` because the release before this column does not set it.
    """

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Index, ...]:
        return (Index(None, "created_by", "lane", "attempted_at"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default=JobState.QUEUED, index=True)
    processed: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int | None] = mapped_column(Integer)
    lane: Mapped[str] = mapped_column(String(10), default=Lane.LARGE, server_default=Lane.LARGE)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    attempted_at: Mapped[datetime | None] = mapped_column(Moment)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    failure: Mapped[dict[str, Any] | None] = mapped_column(Json)
    failure_params: Mapped[dict[str, Any] | None] = mapped_column(Json)
    traceparent: Mapped[str | None] = mapped_column(String(55), default=tracing.current_traceparent)
    created_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
