"""Migrations replace what older releases stored otherwise: rounded indices, other spellings."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from services.scoring.__main__ import SERVICE
from services.scoring.facts.customer.models import Customer
from services.scoring.facts.fact.models import StoredFact
from services.scoring.figures.portfolio.recompute import differences
from services.scoring.figures.satisfaction_index.models import ResponseVersion, WaveSums
from services.scoring.figures.score.models import StoredScore
from shared import migrations
from shared.contracts.scoring.score import ScoreChanged
from shared.row_access import team_id_of, user_id_of
from tests.services.harness import Running
from tests.services.scoring.publishing import Worker, customer, id_of, response, survey

OLD: dict[str, Any] = {"owner": "Ren\u00e9\u200b", "team": "Lie\u0300ge"}
"""An owner and a team as earlier releases stored and published them."""


@pytest.fixture
def rounded_indices(scoring: Running, worker: Worker) -> None:
    """Store three responses whose indices are rounded to 10 decimals, as the first release did."""
    answers = {"a": (5, 5, 1), "b": (5, 5, 1), "c": (3, 1, 1)}
    worker.handle(*map(customer, answers), survey("s", "p", "q", "r"))
    for name, values in answers.items():
        worker.handle(response(f"of {name}", "s", name, dict(zip("pqr", values, strict=True))))
    worker.settle()
    migrations.downgrade(scoring.database, SERVICE.migrations, to="0001")
    sums = {"total": Decimal("150.0000000001"), "squares": Decimal("9166.66666667666666666667")}
    columns: dict[Any, str] = {
        ResponseVersion: "score",
        StoredFact: "amount",
        StoredScore: "satisfaction_index",
    }
    with scoring.database.transaction() as session:
        for name, values in answers.items():
            rounded = Decimal("66.6666666667" if values[1] == 5 else "16.6666666667")
            for table, column in columns.items():
                statement = update(table).where(table.customer_id == id_of(name))
                session.execute(statement.values({column: rounded}))
        session.execute(update(WaveSums).values(sums))


@pytest.mark.usefixtures("rounded_indices")
def test_a_migration_recomputes_indices_that_were_stored_with_10_decimals(
    scoring: Running, worker: Worker
) -> None:
    migrations.upgrade(scoring.database, SERVICE.migrations)
    worker.settling.turn()
    settings: Any = scoring.settings
    with scoring.database.reading() as session:
        assert list(differences(session, settings)) == []
        assert session.scalar(select(WaveSums.total)) == Decimal("150." + "0" * 29 + "1")
    found = scoring.client.get("/v1/portfolio/satisfaction", params={"survey": str(id_of("s"))})
    assert (found.json()["n"], found.json()["index"]) == (3, 50.0)
    score = scoring.client.get(f"/v1/scores/{id_of('a')}").json()
    assert score["satisfaction"] == {"index": 66.66666666666667, "n": 3}
    last = scoring.recorded(ScoreChanged)[-3:]
    assert {each.satisfaction.index for each in last} == {66.66666666666667, 16.666666666666668}


@pytest.mark.both_stacks
def test_owners_and_teams_of_earlier_releases_become_ids_also_when_events_are_replayed(
    scoring: Running, worker: Worker
) -> None:
    worker.handle(customer("a", **OLD))
    assert owner_and_team(scoring) == (user_id_of("Ren\u00e9"), team_id_of("Li\u00e8ge"))
    migrations.downgrade(scoring.database, SERVICE.migrations, to="5b2f9d7c1e60")
    with scoring.database.transaction() as session:
        session.execute(update(Customer).values(**OLD))
    migrations.upgrade(scoring.database, SERVICE.migrations)
    assert owner_and_team(scoring) == (user_id_of("Ren\u00e9"), team_id_of("Li\u00e8ge"))


def owner_and_team(scoring: Running) -> tuple[str | None, str | None]:
    """Return the stored owner and team of the only customer."""
    with scoring.database.reading() as session:
        owner, team = session.execute(select(Customer.owner, Customer.team)).one()
        return owner, team
