"""The command `recompute`: compare stored figures with a computation from facts (promise P9)."""

import sys
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy.orm import Session

from services.scoring.facts.customer import repository as customer_repository
from services.scoring.figures.as_of.service import point_in_time, today
from services.scoring.figures.satisfaction_index import repository as index_repository
from services.scoring.figures.satisfaction_index.domain import sums_of
from services.scoring.figures.satisfaction_index.service import stored_sums
from services.scoring.figures.score import repository, service
from services.scoring.figures.score.population import stored_population
from services.scoring.models import Row
from services.scoring.settings import Settings
from shared import clock
from shared.database import Database
from shared.row_access import SYSTEM_READER

_CHUNK = 500


def recompute(settings: Settings) -> None:
    """Print how stored scores, classes and indices differ from computed ones; exit 1 if any do."""
    database = Database.from_settings(settings)
    with database.reading() as session:
        found = list(differences(session, settings))
    database.close()
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.stdout.write(f"{len(found)} differences\n")
    if found:
        sys.exit(1)


def differences(session: Session, settings: Settings) -> Iterator[str]:
    """Yield a line for each stored figure that a computation from the facts does not give."""
    customers = customer_repository.customers(session)
    ids = sorted(customers)
    for start in range(0, len(ids), _CHUNK):
        chunk = {customer_id: customers[customer_id] for customer_id in ids[start : start + _CHUNK]}
        yield from _of_scores(session, chunk, settings)
    yield from _of_classes(session, settings)
    yield from _of_indices(session)


def _of_scores(session: Session, customers: dict[UUID, Row], settings: Settings) -> Iterator[str]:
    stored = repository.stored_scores(session, customers)
    compute = service.load_scorer(session, customers, clock.now(), currency=settings.currency)
    for customer_id in customers:
        row = stored.get(customer_id)
        if row is None:
            yield f"score {customer_id}: not stored"
            continue
        for name, value in compute(customer_id, row["as_of"]).items():
            if row[name] != value:
                yield f"score {customer_id} {name}: stored {row[name]}, computed {value}"


def _of_classes(session: Session, settings: Settings) -> Iterator[str]:
    """Yield the differences of classes, none while changes wait for a settlement."""
    if repository.unsettled(session)["scores"]:
        return
    now = point_in_time(settings, today(settings))
    computed = stored_population(session, SYSTEM_READER, now).classes()
    for row in repository.population(session, SYSTEM_READER):
        customer_class = computed.get(row["customer_id"])
        if row["customer_class"] != customer_class:
            stored = row["customer_class"]
            yield f"class {row['customer_id']}: stored {stored}, computed {customer_class}"


def _of_indices(session: Session) -> Iterator[str]:
    for survey_id in index_repository.survey_ids(session):
        computed = sums_of(index_repository.indices(session, survey_id))
        stored = stored_sums(session, survey_id, None)
        if stored != computed:
            yield f"index {survey_id}: stored {stored}, computed {computed}"
