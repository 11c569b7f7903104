"""What can be asked of a job."""

from sqlalchemy.orm import Session

from shared import clock
from shared.files import store
from shared.jobs.models import UNFINISHED, JobColumns, JobState


def cancel(session: Session, job: JobColumns) -> None:
    """Ask a job to end; what it has done so far stays."""
    if job.state == JobState.QUEUED:
        job.state, job.ended_at = JobState.CANCELLED, clock.now()
        store.delete_file(session, file_id=job.id)
    elif job.state in UNFINISHED:
        job.cancel_requested = True
    session.flush()
