"""The use case that all kinds of jobs share: cancelling a job."""

from sqlalchemy.orm import Session

from shared import clock
from shared.files import store
from shared.jobs.models import UNFINISHED, JobColumns, JobState


def cancel(session: Session, job: JobColumns) -> None:
    """Cancel a job: a queued job at once, a running job when its worker has finished a step.

    Steps that are already committed stay. A finished job is not changed.
    """
    if job.state == JobState.QUEUED:
        job.state, job.ended_at = JobState.CANCELLED, clock.now()
        store.delete_file(session, file_id=job.id)
    elif job.state in UNFINISHED:
        job.cancel_requested = True
    session.flush()
