"""The worker keeps up with time: days pass, populations settle once it is quiet."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from shared import clock
from shared.contracts.registry.external_id import ExternalId
from shared.contracts.scoring.score import RungChanged, ScoreChanged
from tests.services.harness import Running
from tests.services.scoring.telling import Told, an_id, customer, order
from tests.waiting import eventually

SPRING = date(2025, 3, 1)


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = datetime(2025, 3, 1, 6, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock()
    monkeypatch.setattr(clock, "now", moved.now)
    return moved


def test_a_pause_becomes_silence_when_its_day_has_come(
    scoring: Running, told: Told, time: Clock
) -> None:
    told.events(customer("a"), order("1", "a", SPRING, ("1", "1")))
    path = f"/v1/scores/{an_id('a')}"
    time.at += timedelta(days=365)
    told.settling.turn()
    assert scoring.client.get(path).json()["rung"] == "first_time"
    time.at += timedelta(days=1)
    told.settling.turn()
    found = scoring.client.get(path).json()
    assert (found["rung"], found["silent"], found["as_of"]) == ("inactive", True, "2026-03-02")
    assert scoring.recorded(RungChanged)[-1].rung == "inactive"
    assert scoring.recorded(ScoreChanged)[-1].silent is True


def test_before_the_worker_has_noticed_the_day_the_answer_is_computed(
    scoring: Running, told: Told, time: Clock
) -> None:
    told.events(customer("a"), order("1", "a", SPRING, ("1", "1")))
    time.at += timedelta(days=366)
    found = scoring.client.get(f"/v1/scores/{an_id('a')}").json()
    assert (found["rung"], found["as_of"]) == ("inactive", "2026-03-02")


def test_revenue_leaves_the_twelve_months_with_the_calendar(
    scoring: Running, told: Told, time: Clock
) -> None:
    told.events(customer("a"), order("1", "a", SPRING, ("1", "70")))
    told.settling.turn()
    time.at += timedelta(days=365)
    told.settling.turn()
    found = scoring.client.get(f"/v1/scores/{an_id('a')}").json()
    assert (found["revenue"], found["recent_revenue"]) == ("70", "0")
    told_scores = scoring.recorded(ScoreChanged)
    assert len(told_scores) == 1


def test_an_order_dated_ahead_counts_from_its_day_on(
    scoring: Running, told: Told, time: Clock
) -> None:
    told.events(customer("a"), order("1", "a", date(2025, 3, 3), ("1", "100000")))
    path = f"/v1/scores/{an_id('a')}"
    assert scoring.client.get(path).json()["value_points"] == "0"
    time.at += timedelta(days=2)
    told.settling.turn()
    assert scoring.client.get(path).json()["value_points"] == "1"


def test_classes_are_cut_after_five_quiet_seconds(
    scoring: Running, told: Told, time: Clock
) -> None:
    told.events(customer("a"), order("1", "a", SPRING, ("1", "1")))
    path = f"/v1/scores/{an_id('a')}"
    time.at += timedelta(seconds=4)
    told.settling.turn()
    assert scoring.client.get(path).json()["class"] is None
    time.at += timedelta(seconds=1)
    told.settling.turn()
    assert scoring.client.get(path).json()["class"] == "A"


def test_a_change_of_external_ids_alone_has_the_classes_cut_anew(
    scoring: Running, told: Told, time: Clock
) -> None:
    """The smallest external id breaks ties, and is in no score."""
    told.events(
        *(customer(f"c{i:02}") for i in range(12)),
        *(order(f"o{i:02}", f"c{i:02}", SPRING, ("1", "10")) for i in range(12)),
    )
    told.settle()
    first = [ExternalId(system="erp", id="a"), ExternalId(system="erp", id="c11")]
    told.events(customer("c11", version=2, external_ids=first))
    time.at += timedelta(seconds=5)
    told.settling.turn()
    assert scoring.client.get(f"/v1/scores/{an_id('c11')}").json()["class"] == "A"


def test_changes_that_never_pause_are_settled_within_a_minute(
    scoring: Running, told: Told, time: Clock
) -> None:
    told.events(customer("a"), customer("b"))
    for second in range(61):
        told.events(order(f"o{second}", "ab"[second % 2], SPRING, ("1", "1")))
        told.settling.turn()
        time.at += timedelta(seconds=1)
    classes = [item["class"] for item in scoring.client.get("/v1/scores").json()["items"]]
    assert classes != [None, None]


def test_a_new_day_makes_the_current_answers_anew(
    scoring: Running, told: Told, time: Clock
) -> None:
    told.events(customer("a"), order("1", "a", SPRING, ("1", "1")))
    time.at += timedelta(seconds=5)
    told.settling.turn()
    assert _as_of(scoring) == "2025-03-01"
    time.at += timedelta(days=1)
    told.settling.turn()
    assert _as_of(scoring) == "2025-03-02"


def test_after_a_load_the_planner_knows_the_tables(scoring: Running, told: Told) -> None:
    if scoring.database.is_sqlite:
        return
    names = [f"c{number}" for number in range(1100)]
    told.events(*map(customer, names))
    known = text("SELECT reltuples FROM pg_class WHERE oid = 'customers'::regclass")

    def analyzed() -> bool:
        """PostgreSQL counts what a connection has written within a second."""
        told.settling.turn()
        with scoring.database.connection() as connection:
            return bool(connection.execute(known).scalar_one() >= len(names))

    assert eventually(analyzed)


def _as_of(scoring: Running) -> Any:
    return scoring.client.get("/v1/portfolio/ladder").json()["as_of"]
