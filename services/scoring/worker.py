"""What the worker of scoring does besides publishing and listening: it keeps up with time."""

from collections.abc import Sequence
from datetime import date
from threading import Event
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from services.scoring.portfolio import settlement
from services.scoring.score import handlers, repository, service
from services.scoring.settings import Settings
from shared import clock
from shared.database import Database
from shared.locks import confirm, exclusive
from shared.logging import logger
from shared.threads import Loop

HANDLERS = handlers.handlers

_TURN_SECONDS = 0.5
_STANDBY_SECONDS = 2.0
_DUE_AT_ONCE = 500

log = logger(__name__)


class Population(Loop):
    """Follows the calendar and settles the population; one worker at a time does."""

    name = "population"

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._month_checked: date | None = None

    def run(self, stop: Event) -> None:
        """Turn until told to stop; stand by while another worker does the same."""
        while not stop.is_set():
            try:
                with exclusive(self._database, "population") as held:
                    while held is not None and not stop.is_set():
                        confirm(held)
                        self.turn()
                        self.beat()
                        stop.wait(_TURN_SECONDS)
            except SQLAlchemyError as error:
                self.wait_out(error, stop)
            self.beat()
            stop.wait(_STANDBY_SECONDS)

    def turn(self) -> None:
        """Bring up to date what time has changed, settle if it is quiet, keep the month's end."""
        self._refresh_due()
        with self._database.reading() as session:
            due = settlement.is_due(
                session,
                settings=self._settings,
                after=self._settings.settle_after_seconds,
                within=self._settings.settle_within_seconds,
            )
        if due:
            log.info("population.settled", scores=self.settle())
        self._keep_month_end()

    def settle(self) -> int:
        """Cut the classes now."""
        return settlement.settle(self._database, settings=self._settings)

    def _refresh_due(self) -> None:
        while due := self._due():
            with self._database.transaction() as session:
                service.refresh_customers(session, due, settings=self._settings)
            self.beat()

    def _due(self) -> list[UUID]:
        today = clock.local_day(clock.now(), self._settings.zone)
        with self._database.reading() as session:
            return repository.due(session, today, most=_DUE_AT_ONCE)

    def _keep_month_end(self) -> None:
        today = clock.local_day(clock.now(), self._settings.zone)
        if self._month_checked != today:
            settlement.keep_month_end(self._database, settings=self._settings)
            self._month_checked = today


def loops(database: Database, settings: Settings) -> Sequence[Loop]:
    """Make the loops that only this service has."""
    return [Population(database, settings)]
