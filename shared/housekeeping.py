"""The loop that deletes old rows: stored responses to requests, and ids of applied events."""

from datetime import timedelta

from sqlalchemy import delete

from shared import clock
from shared.database import Database
from shared.loops import PeriodicLoop
from shared.models import Inbox, StoredAnswer

ANSWER_RETENTION = timedelta(days=2)
INBOX_RETENTION = timedelta(days=30)


class Housekeeping(PeriodicLoop):
    """The loop of a worker that deletes expired rows every ten minutes."""

    name = "housekeeping"
    every_seconds = 600

    def __init__(self, database: Database) -> None:
        self._database = database

    def turn(self) -> None:
        """Delete expired rows."""
        delete_expired(self._database)


def delete_expired(database: Database) -> None:
    """Delete the rows of the shared tables that are older than their retention time."""
    now = clock.now()
    with database.transaction() as session:
        session.execute(
            delete(StoredAnswer).where(StoredAnswer.answered_at < now - ANSWER_RETENTION)
        )
        session.execute(delete(Inbox).where(Inbox.received_at < now - INBOX_RETENTION))
