"""Filling a database of the registry with the invented company, without its API and its events.

The rows are those that an import of the company's file writes: the lines are parsed and written by
the code of the import, which inserts rows by COPY, and the scores are written by the handler of the
events of scoring. Only the registry's own events are dropped, so that nothing is published.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from deploy.bench.scale import company
from deploy.bench.scale.company import InventedCustomer, InventedScore
from services.gateway.api_key.domain import ADMINISTRATOR
from services.gateway.team import service as teams
from services.registry.__main__ import SERVICE
from services.registry.customers.customer import repository
from services.registry.customers.customer.importing import SPEC, CustomerOptions
from services.registry.settings import Settings
from shared import migrations
from shared.contracts.gateway.user import TeamState, UserState
from shared.contracts.scoring.score import ScoreState
from shared.database import Database
from shared.files.tables import Line
from shared.imports.layout import find_layout
from shared.imports.times import TimeFormat

CHUNK = 1000
MODEL = UUID(int=1)
SCORED_ON = date(2026, 1, 31)
SCORED_AT = datetime(2026, 1, 31, 1, 30, tzinfo=UTC)
CURRENCY = "CNY"
VERSION = 1_000_000
"""The version of the invented scores, higher than that of any score which scoring computes."""


def fill(url: str, *, seed_number: int, count: int) -> None:
    """Create the tables of the registry in a database, and fill them with a company.

    `url` is the URL of the registry's role. The tables are analysed at the end.
    """
    database = Database(url, schema="registry")
    migrations.upgrade(database, SERVICE.migrations)
    with database.transaction() as session:
        write_colleagues(session)
    for numbers in chunks(range(count)):
        customers = [company.customer(seed_number, number) for number in numbers]
        with database.transaction() as session:
            _write_customers(session, [record for record, _ in customers])
            _write_scores(session, {record.external_id: score for record, score in customers})
            session.execute(text("TRUNCATE outbox"))
    with database.connection() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    database.close()


def chunks(numbers: Iterable[int]) -> Iterator[list[int]]:
    """Yield the numbers in lists of CHUNK; the last list may be shorter."""
    remaining = iter(numbers)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk


def create_teams(url: str) -> None:
    """Create the teams of the company in the gateway, so that API keys can belong to them."""
    database = Database(url, schema="gateway")
    with database.transaction() as session:
        teams.create_teams_named(session, [name for name, _ in company.team_ids()])
    database.close()


def write_colleagues(session: Session) -> None:
    """Apply an event with the name of each user and team of the company."""
    handlers = SERVICE.handlers(Settings())
    common: dict[str, Any] = {"version": 1, "recorded_at": SCORED_AT}
    handlers[TeamState](
        session,
        [TeamState(team_id=UUID(id_), name=name, **common) for name, id_ in company.team_ids()],
    )
    handlers[UserState](
        session,
        [UserState(user_id=UUID(id_), name=name, **common) for name, id_ in company.user_ids()],
    )


def _write_customers(session: Session, records: list[InventedCustomer]) -> None:
    """Parse and write customers as the lines of an import file."""
    options = CustomerOptions(system=company.SYSTEM)
    layout = find_layout(SPEC.fields(TimeFormat(Settings().zone)), list(asdict(records[0])), {})
    lines = []
    for record in records:
        values, faults, _ = layout.parse(Line(0, list(asdict(record).values())))
        if faults:
            raise ValueError(f"{record} has faults: {faults}")
        lines.append(values)
    written = {
        SPEC.key(values, options): SPEC.build(values, options, None, ())
        for values in SPEC.look_up(session, lines)
    }
    SPEC.write(session, written, str(ADMINISTRATOR))


def _write_scores(session: Session, scores: Mapping[str, InventedScore]) -> None:
    """Apply an event with the score of each customer; the scores are given by external id."""
    apply_events = SERVICE.handlers(Settings())[ScoreState]
    apply_events(session, list(score_states(customer_ids(session, list(scores)), scores)))


def customer_ids(session: Session, external_ids: Sequence[str]) -> dict[str, UUID]:
    """Return the ids of customers by their external ids in the company's system."""
    pairs = [(company.SYSTEM, external_id) for external_id in external_ids]
    found = repository.ids_by_external_id(session, pairs)
    return {external_id: customer_id for (_, external_id), customer_id in found.items()}


def score_states(
    ids: Mapping[str, UUID], scores: Mapping[str, InventedScore]
) -> Iterator[ScoreState]:
    """Yield the event with the score of each customer; ids and scores are given by external id."""
    for external_id, score in scores.items():
        yield ScoreState(
            customer_id=ids[external_id],
            version=VERSION,
            recorded_at=SCORED_AT,
            as_of=SCORED_ON,
            model_id=MODEL,
            model_version=1,
            currency=CURRENCY,
            value_points=str(score.value_points),
            revenue=str(score.value_points),
            purchase_days=1,
            rung=score.rung,
            silent=score.silent,
            customer_class=score.customer_class,
        )
