"""The columns that every table of jobs has. Every kind of job (such as imports) has a table."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Json, Moment


class JobState(StrEnum):
    """The state of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNFINISHED = (JobState.QUEUED, JobState.RUNNING)
"""The states of jobs that a worker still has to run or to continue."""


class JobColumns:
    """A mixin with the columns that every table of jobs has.

    `processed` of `total` steps or lines are finished; `total` is None until it is known.
    `attempts` is the number of times that a worker has started the job. `failure` is the fault for
    which the job failed. `failure_params` are the parameters of its code; None if the job failed
    before this column existed.
    """

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default=JobState.QUEUED, index=True)
    processed: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int | None] = mapped_column(Integer)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    failure: Mapped[dict[str, Any] | None] = mapped_column(Json)
    failure_params: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
