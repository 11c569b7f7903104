"""The command `recompute`: check that stored figures equal figures computed from facts.

Stored figures equal recomputed figures by promise P9 in docs/promises.md.
"""

import sys
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy.orm import Session

from services.scoring.facts.customer import repository as customer_repository
from services.scoring.figures.as_of.service import point_in_time, today
from services.scoring.figures.satisfaction_index import repository as index_repository
from services.scoring.figures.satisfaction_index.domain import sums_of_indices
from services.scoring.figures.satisfaction_index.service import stored_sums
from services.scoring.figures.score import repository, service
from services.scoring.figures.score.population import stored_population
from services.scoring.settings import Settings
from shared import clock
from shared.database import Database, RowView
from shared.row_access import SYSTEM_READER

_CHUNK = 500


def recompute(settings: Settings) -> None:
    """Print each stored figure that differs from the computed one; exit with 1 if any does."""
    database = Database.from_settings(settings)
    with database.reading() as session:
        lines = list(differences(session, settings))
    database.close()
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.write(f"{len(lines)} differences\n")
    if lines:
        sys.exit(1)


def differences(session: Session, settings: Settings) -> Iterator[str]:
    """Yield a line of text for each stored figure that differs from the computed one."""
    customers = customer_repository.customers(session)
    ids = sorted(customers)
    for start in range(0, len(ids), _CHUNK):
        chunk = {customer_id: customers[customer_id] for customer_id in ids[start : start + _CHUNK]}
        yield from _score_differences(session, chunk, settings)
    yield from _class_differences(session, settings)
    yield from _index_differences(session)


def _score_differences(
    session: Session, customers: dict[UUID, RowView], settings: Settings
) -> Iterator[str]:
    """Yield a line for each column of a stored score that differs from the computed one."""
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


def _class_differences(session: Session, settings: Settings) -> Iterator[str]:
    """Yield a line for each customer whose stored class differs from the computed one.

    No line is yielded while scores have changed since the classes were computed: the stored classes
    are then known to be outdated.
    """
    if repository.unsettled(session)["scores"]:
        return
    now = point_in_time(settings, today(settings))
    computed = stored_population(session, SYSTEM_READER, now).classes()
    for row in repository.population(session, SYSTEM_READER):
        customer_class = computed.get(row["customer_id"])
        if row["customer_class"] != customer_class:
            stored = row["customer_class"]
            yield f"class {row['customer_id']}: stored {stored}, computed {customer_class}"


def _index_differences(session: Session) -> Iterator[str]:
    """Yield a line for each survey whose stored sums differ from those of its responses."""
    for survey_id in index_repository.survey_ids(session):
        computed = sums_of_indices(index_repository.indices(session, survey_id))
        stored = stored_sums(session, survey_id, None)
        if stored != computed:
            yield f"index {survey_id}: stored {stored}, computed {computed}"
