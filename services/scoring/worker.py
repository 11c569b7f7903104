"""What the worker of scoring does besides publishing and listening: it keeps up with time."""

from collections.abc import Mapping, Sequence
from datetime import date
from threading import Event
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from services.scoring.facts.customer.models import Customer
from services.scoring.facts.fact.models import StoredFact
from services.scoring.figures.as_of.service import today
from services.scoring.figures.portfolio import settlement
from services.scoring.figures.score import handlers as score
from services.scoring.figures.score import repository, service
from services.scoring.figures.score.models import KeptScore
from services.scoring.settings import Settings
from shared.analyze import analyze_grown
from shared.database import Database
from shared.locks import confirm, exclusive
from shared.logging import logger
from shared.loops import Loop
from shared.messaging.consumer import Handler

_TURN_SECONDS = 0.5
_STANDBY_SECONDS = 2.0
_DUE_AT_ONCE = 500
_GROWING = [model.__tablename__ for model in (Customer, StoredFact, KeptScore)]
_TURNS_TO_GROW = 20

log = logger(__name__)


class Settling(Loop):
    """Follows the calendar and settles the population; one worker at a time does."""

    name = "settling"

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._month_checked: date | None = None
        self._turns = 0

    def run(self, stop: Event) -> None:
        """Turn until told to stop; stand by while another worker does the same."""
        while not stop.is_set():
            try:
                with exclusive(self._database, self.name) as held:
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
        self._analyze()
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

    def _analyze(self) -> None:
        if self._turns % _TURNS_TO_GROW == 0:
            for table in analyze_grown(self._database, _GROWING):
                log.info("table.analyzed", table=table)
        self._turns += 1

    def _refresh_due(self) -> None:
        while due := self._due():
            with self._database.transaction() as session:
                service.refresh_customers(session, due, settings=self._settings)
            self.beat()

    def _due(self) -> list[UUID]:
        with self._database.reading() as session:
            return repository.due(session, today(self._settings), most=_DUE_AT_ONCE)

    def _keep_month_end(self) -> None:
        day = today(self._settings)
        if self._month_checked != day:
            settlement.keep_month_end(self._database, settings=self._settings)
            self._month_checked = day


def handlers(settings: Settings) -> Mapping[type, Handler]:
    """Give the handler of every event that scoring follows."""
    return {**score.handlers(settings)}


def loops(database: Database, settings: Settings) -> Sequence[Loop]:
    """Make the loops that only this service has."""
    return [Settling(database, settings)]
