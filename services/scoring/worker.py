"""The event handlers of scoring's worker, and the loop that updates figures as time passes."""

from collections.abc import Mapping, Sequence
from datetime import date
from threading import Event
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from services.scoring.facts.customer import digest as customer_digest
from services.scoring.facts.customer.models import Customer
from services.scoring.facts.fact import digest as fact_digest
from services.scoring.facts.fact import handlers as fact
from services.scoring.facts.fact.models import StoredFact
from services.scoring.figures.as_of.service import today
from services.scoring.figures.portfolio import settlement
from services.scoring.figures.satisfaction_index import handlers as satisfaction_index
from services.scoring.figures.satisfaction_index import publication as index_publication
from services.scoring.figures.score import digest as score_digest
from services.scoring.figures.score import handlers as score
from services.scoring.figures.score import publication as score_publication
from services.scoring.figures.score import repository, service
from services.scoring.figures.score.models import StoredScore
from services.scoring.settings import Settings
from shared import tracing
from shared.analyze import analyze_grown_tables
from shared.database import Database
from shared.locks import confirm_lock, exclusive_lock
from shared.logging import logger
from shared.loops import QUIET_SECONDS, Loop
from shared.merging import merge_disjoint
from shared.messaging.consumer import Handler

_TURN_SECONDS = 0.5
_STANDBY_SECONDS = 2.0
_SCORES_PER_TRANSACTION = 500
_GROWING = [model.__tablename__ for model in (Customer, StoredFact, StoredScore)]
_TURNS_PER_ANALYZE = 20

EXTRACTORS = merge_disjoint(satisfaction_index.EXTRACTORS, fact.EXTRACTORS)
"""The extractor of each event class, collected from the packages that process events.

The extractor of customer events is added in `score.handlers`.
"""

PUBLICATIONS = (score_publication.PUBLICATION, index_publication.PUBLICATION)
"""The publications of scoring."""

DIGESTS = (customer_digest.DIGEST, fact_digest.DIGEST, score_digest.DIGEST)
"""The digests of scoring's copies of customers and orders, and of its scores."""

log = logger(__name__)


class Settling(Loop):
    """The loop that recomputes scores as days pass, and the classes of all customers (settling).

    Only one worker at a time does this.
    """

    name = "settling"

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._month_end_checked_on: date | None = None
        self._turns = 0

    def run(self, stop: Event) -> None:
        """Call `turn` repeatedly until `stop` is set; wait while another worker has the lock."""
        while not stop.is_set():
            try:
                with exclusive_lock(self._database, self.name) as lock:
                    while lock is not None and not stop.is_set():
                        confirm_lock(lock)
                        self.turn()
                        self.beat()
                        self.end_outage()
                        stop.wait(_TURN_SECONDS)
            except SQLAlchemyError as error:
                self.wait_if_outage(error, stop)
            else:
                self.end_outage(quiet_seconds=QUIET_SECONDS)
            self.beat()
            stop.wait(_STANDBY_SECONDS)

    def turn(self) -> None:
        """Do the work of the scoring worker that is due now.

        The worker updates the statistics of grown tables, recomputes outdated scores, computes the
        classes of all customers, and stores snapshots of the last day of the previous month.
        """
        tracing.start()  # of what is published because days have passed
        self._analyze()
        self._refresh_outdated_scores()
        with self._database.reading() as session:
            is_due = settlement.is_due(
                session,
                settings=self._settings,
                after=self._settings.settle_after_seconds,
                within=self._settings.settle_within_seconds,
            )
        if is_due:
            log.info("population.settled", scores=self.settle())
        self._store_month_end()

    def settle(self) -> int:
        """Compute the classes of all customers now.

        Returns the number of scores that have a new class, or had changed.
        """
        return settlement.settle(self._database, settings=self._settings)

    def _analyze(self) -> None:
        """Update the planner's statistics of tables that have grown (ANALYZE), every 20th turn."""
        if self._turns % _TURNS_PER_ANALYZE == 0:
            for table in analyze_grown_tables(self._database, _GROWING):
                log.info("table.analyzed", table=table)
        self._turns += 1

    def _refresh_outdated_scores(self) -> None:
        """Recompute, in portions, all scores that are outdated because days have passed."""
        while customer_ids := self._customers_with_outdated_scores():
            with self._database.transaction() as session:
                service.refresh_customers(session, customer_ids, settings=self._settings)
            self.beat()

    def _customers_with_outdated_scores(self) -> list[UUID]:
        with self._database.reading() as session:
            day = today(self._settings)
            return repository.due_customers(session, day, limit=_SCORES_PER_TRANSACTION)

    def _store_month_end(self) -> None:
        """Store the snapshots of the last day of the previous month, checked once a day."""
        day = today(self._settings)
        if self._month_end_checked_on != day:
            settlement.store_month_end(self._database, settings=self._settings)
            self._month_end_checked_on = day


def handlers(settings: Settings) -> Mapping[type, Handler]:
    """Return the handlers of all events that scoring consumes, by event class."""
    return score.handlers(settings, EXTRACTORS)


def loops(database: Database, settings: Settings) -> Sequence[Loop]:
    """Return the loops that only the worker of this service runs."""
    return [Settling(database, settings)]
