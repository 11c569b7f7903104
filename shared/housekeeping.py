"""The loop that deletes old rows: stored responses to requests, and ids of applied events."""

from datetime import timedelta
from threading import Event

from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError

from shared import clock
from shared.database import Database
from shared.loops import Loop
from shared.models import Inbox, StoredAnswer

ANSWER_RETENTION = timedelta(days=2)
INBOX_RETENTION = timedelta(days=30)
_EVERY_SECONDS = 600


class Housekeeping(Loop):
    """The loop of a worker that deletes expired rows at intervals."""

    name = "housekeeping"

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def is_stalled(self) -> bool:
        """Always False: this loop sleeps for ten minutes, and no other work depends on it."""
        return False

    def run(self, stop: Event) -> None:
        """Delete expired rows at once and then every ten minutes, until `stop` is set."""
        while not stop.is_set():
            try:
                delete_expired(self._database)
            except SQLAlchemyError as error:
                self.wait_if_outage(error, stop)
            else:
                stop.wait(_EVERY_SECONDS)


def delete_expired(database: Database) -> None:
    """Delete the rows of the shared tables that are older than their retention time."""
    now = clock.now()
    with database.transaction() as session:
        session.execute(
            delete(StoredAnswer).where(StoredAnswer.answered_at < now - ANSWER_RETENTION)
        )
        session.execute(delete(Inbox).where(Inbox.received_at < now - INBOX_RETENTION))
