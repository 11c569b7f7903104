"""Kept figures of older versions are made exact."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from services.scoring.__main__ import SERVICE
from services.scoring.facts.fact.models import StoredFact
from services.scoring.figures.portfolio.recompute import differences
from services.scoring.figures.satisfaction_index.models import CodedAnswer, WaveSums
from services.scoring.figures.score.models import KeptScore
from shared import migrations
from shared.contracts.scoring.score import ScoreChanged
from tests.services.harness import Running
from tests.services.scoring.telling import Told, an_id, customer, response, survey


@pytest.fixture
def rounded(scoring: Running, told: Told) -> None:
    """Keep answers of thirds as the first release kept them: with ten decimals."""
    sheets = {"a": (5, 5, 1), "b": (5, 5, 1), "c": (3, 1, 1)}
    told.events(*map(customer, sheets), survey("s", "p", "q", "r"))
    for who, sheet in sheets.items():
        told.events(response(f"of {who}", "s", who, dict(zip("pqr", sheet, strict=True))))
    told.settle()
    migrations.downgrade(scoring.database, SERVICE.migrations, to="0001")
    sums = {"total": Decimal("150.0000000001"), "squares": Decimal("9166.66666667666666666667")}
    kept: dict[Any, str] = {
        CodedAnswer: "score",
        StoredFact: "amount",
        KeptScore: "satisfaction_index",
    }
    with scoring.database.transaction() as session:
        for who, sheet in sheets.items():
            short = Decimal("66.6666666667" if sheet[1] == 5 else "16.6666666667")
            for table, column in kept.items():
                theirs = update(table).where(table.customer_id == an_id(who))
                session.execute(theirs.values({column: short}))
        session.execute(update(WaveSums).values(sums))


@pytest.mark.usefixtures("rounded")
def test_what_was_kept_with_ten_decimals_is_measured_anew(scoring: Running, told: Told) -> None:
    migrations.upgrade(scoring.database, SERVICE.migrations)
    told.settling.turn()
    settings: Any = scoring.settings
    with scoring.database.reading() as session:
        assert list(differences(session, settings)) == []
        assert session.scalar(select(WaveSums.total)) == Decimal("150." + "0" * 29 + "1")
    found = scoring.client.get("/v1/portfolio/satisfaction", params={"survey": str(an_id("s"))})
    assert (found.json()["n"], found.json()["index"]) == (3, 50.0)
    score = scoring.client.get(f"/v1/scores/{an_id('a')}").json()
    assert score["satisfaction"] == {"index": 66.66666666666667, "n": 3}
    last = scoring.recorded(ScoreChanged)[-3:]
    assert {each.satisfaction.index for each in last} == {66.66666666666667, 16.666666666666668}
