"""The event handlers, jobs and loops of the registry's worker, which also publishes events."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.registry.customers.colleague import handlers as colleague
from services.registry.customers.customer import digest as customer_digest
from services.registry.customers.customer import handlers as customer
from services.registry.customers.customer import publication as customer_publication
from services.registry.customers.customer import repository, service
from services.registry.customers.score import digest as score_digest
from services.registry.sales.order import digest as order_digest
from services.registry.sales.order import publication as order
from services.registry.sales.product import publication as product
from services.registry.settings import Settings
from services.registry.transfer.imports import job as imports
from shared.database import Database
from shared.jobs.runner import Work
from shared.logging import logger
from shared.loops import Loop, PeriodicLoop
from shared.merging import merge_disjoint
from shared.messaging.consumer import Handler

WORKS: dict[type[Any], Work] = merge_disjoint(imports.WORKS)

PUBLICATIONS = (order.PUBLICATION, product.PUBLICATION, customer_publication.PUBLICATION)
"""The publications of the registry, the nouns of the upper areas first."""

DIGESTS = (customer_digest.DIGEST, order_digest.DIGEST, score_digest.DIGEST)
"""The digests of the registry's records and of its copies of scores."""

log = logger(__name__)


class Completing(PeriodicLoop):
    """The loop that corrects what an older release of Patron wrote after the migrations.

    During an upgrade processes of the older release register and change customers for a while. They
    write texts of owners and teams instead of ids, and no rows of scores.
    """

    name = "completing"
    every_seconds = 3600

    def __init__(self, database: Database) -> None:
        self._database = database

    def turn(self) -> None:
        """Correct all wrong rows, in portions."""
        while customer_ids := self._ids_with_texts():
            with self._database.transaction() as session:
                replaced = service.replace_texts(session, customer_ids)
            log.info("owners.replaced", customers=replaced)
        while customer_ids := self._ids_with_wrong_scores():
            with self._database.transaction() as session:
                completed = service.complete_scores(session, customer_ids)
            log.info("scores.completed", scores=completed)

    def _ids_with_texts(self) -> list[UUID]:
        with self._database.reading() as session:
            return repository.ids_with_texts(session)

    def _ids_with_wrong_scores(self) -> list[UUID]:
        with self._database.reading() as session:
            return repository.ids_with_wrong_scores(session)


def handlers(settings: Settings) -> Mapping[type, Handler]:
    """Return the handler of each event class that the registry consumes."""
    return merge_disjoint(colleague.handlers(settings), customer.handlers(settings))


def loops(database: Database, _settings: Settings) -> Sequence[Loop]:
    """Return the loops that only the worker of this service runs."""
    return [Completing(database)]
