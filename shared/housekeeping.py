"""Forget what the kit no longer needs: answers to old requests and ids of old events."""

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
    """Tidies the kit's tables now and then."""

    name = "housekeeping"

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def is_stalled(self) -> bool:
        """It sleeps longer than other loops, and nobody waits for it."""
        return False

    def run(self, stop: Event) -> None:
        """Tidy at once and then at intervals."""
        while not stop.is_set():
            try:
                tidy(self._database)
            except SQLAlchemyError as error:
                self.wait_if_outage(error, stop)
            else:
                stop.wait(_EVERY_SECONDS)


def tidy(database: Database) -> None:
    """Delete what is older than it is kept."""
    now = clock.now()
    with database.transaction() as session:
        session.execute(
            delete(StoredAnswer).where(StoredAnswer.answered_at < now - ANSWER_RETENTION)
        )
        session.execute(delete(Inbox).where(Inbox.received_at < now - INBOX_RETENTION))
