"""Tests of the worker: it recomputes scores as days pass, and classes after changes (settling)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from shared import clock
from shared.contracts.registry.external_id import ExternalId
from shared.contracts.scoring.score import RungChanged, ScoreChanged
from tests.services.harness import Running
from tests.services.scoring.publishing import Worker, customer, id_of, order
from tests.waiting import eventually

SPRING = date(2025, 3, 1)


class Clock:
    """A clock that stands still until a test changes its time, `at`."""

    def __init__(self) -> None:
        self.at = datetime(2025, 3, 1, 6, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Replace the clock of the service during a test, and return the new clock."""
    test_clock = Clock()
    monkeypatch.setattr(clock, "now", test_clock.now)
    return test_clock


def test_a_customer_becomes_silent_on_the_first_day_of_silence(
    scoring: Running, worker: Worker, time: Clock
) -> None:
    worker.handle(customer("a"), order("1", "a", SPRING, ("1", "1")))
    path = f"/v1/scores/{id_of('a')}"
    time.at += timedelta(days=365)
    worker.settling.turn()
    assert scoring.client.get(path).json()["rung"] == "first_time"
    time.at += timedelta(days=1)
    worker.settling.turn()
    found = scoring.client.get(path).json()
    assert (found["rung"], found["silent"], found["as_of"]) == ("inactive", True, "2026-03-02")
    assert scoring.recorded(RungChanged)[-1].rung == "inactive"
    assert scoring.recorded(ScoreChanged)[-1].silent is True


def test_a_score_outdated_by_time_is_computed_on_request_before_the_worker_updates_it(
    scoring: Running, worker: Worker, time: Clock
) -> None:
    worker.handle(customer("a"), order("1", "a", SPRING, ("1", "1")))
    time.at += timedelta(days=366)
    found = scoring.client.get(f"/v1/scores/{id_of('a')}").json()
    assert (found["rung"], found["as_of"]) == ("inactive", "2026-03-02")


def test_revenue_leaves_the_last_12_months_as_days_pass(
    scoring: Running, worker: Worker, time: Clock
) -> None:
    worker.handle(customer("a"), order("1", "a", SPRING, ("1", "70")))
    worker.settling.turn()
    time.at += timedelta(days=365)
    worker.settling.turn()
    found = scoring.client.get(f"/v1/scores/{id_of('a')}").json()
    assert (found["revenue"], found["recent_revenue"]) == ("70", "0")
    published = scoring.recorded(ScoreChanged)
    assert [event.recent_revenue for event in published] == ["70", "0"]


def test_an_order_dated_in_the_future_gives_points_from_its_day_on(
    scoring: Running, worker: Worker, time: Clock
) -> None:
    worker.handle(customer("a"), order("1", "a", date(2025, 3, 3), ("1", "100000")))
    path = f"/v1/scores/{id_of('a')}"
    assert scoring.client.get(path).json()["value_points"] == "0"
    time.at += timedelta(days=2)
    worker.settling.turn()
    assert scoring.client.get(path).json()["value_points"] == "1"


def test_classes_are_computed_5_seconds_after_the_last_change(
    scoring: Running, worker: Worker, time: Clock
) -> None:
    worker.handle(customer("a"), order("1", "a", SPRING, ("1", "1")))
    path = f"/v1/scores/{id_of('a')}"
    time.at += timedelta(seconds=4)
    worker.settling.turn()
    assert scoring.client.get(path).json()["class"] is None
    time.at += timedelta(seconds=1)
    worker.settling.turn()
    assert scoring.client.get(path).json()["class"] == "A"


def test_a_change_of_external_ids_alone_recomputes_the_classes(
    scoring: Running, worker: Worker, time: Clock
) -> None:
    """Among customers of equal value the smallest external id decides the rank.

    No score changes, because external ids are not part of a score.
    """
    worker.handle(
        *(customer(f"c{i:02}") for i in range(12)),
        *(order(f"o{i:02}", f"c{i:02}", SPRING, ("1", "10")) for i in range(12)),
    )
    worker.settle()
    new_ids = [ExternalId(system="erp", id="a"), ExternalId(system="erp", id="c11")]
    worker.handle(customer("c11", version=2, external_ids=new_ids))
    time.at += timedelta(seconds=5)
    worker.settling.turn()
    assert scoring.client.get(f"/v1/scores/{id_of('c11')}").json()["class"] == "A"


def test_classes_are_computed_within_a_minute_even_if_changes_never_pause(
    scoring: Running, worker: Worker, time: Clock
) -> None:
    worker.handle(customer("a"), customer("b"))
    for second in range(61):
        worker.handle(order(f"o{second}", "ab"[second % 2], SPRING, ("1", "1")))
        worker.settling.turn()
        time.at += timedelta(seconds=1)
    classes = [item["class"] for item in scoring.client.get("/v1/scores").json()["items"]]
    assert classes != [None, None]


def test_the_current_ladder_is_computed_again_on_a_new_day(
    scoring: Running, worker: Worker, time: Clock
) -> None:
    worker.handle(customer("a"), order("1", "a", SPRING, ("1", "1")))
    time.at += timedelta(seconds=5)
    worker.settling.turn()
    assert _date_of_current_ladder(scoring) == "2025-03-01"
    time.at += timedelta(days=1)
    worker.settling.turn()
    assert _date_of_current_ladder(scoring) == "2025-03-02"


def test_the_worker_analyzes_tables_that_have_grown(scoring: Running, worker: Worker) -> None:
    if scoring.database.is_sqlite:
        return
    names = [f"c{number}" for number in range(1100)]
    worker.handle(*map(customer, names))
    estimated_rows = text("SELECT reltuples FROM pg_class WHERE oid = 'customers'::regclass")

    def is_analyzed() -> bool:
        """Let the worker do once what is due; return whether ANALYZE has counted all rows."""
        worker.settling.turn()
        with scoring.database.connection() as connection:
            return bool(connection.execute(estimated_rows).scalar_one() >= len(names))

    assert eventually(is_analyzed)


def _date_of_current_ladder(scoring: Running) -> Any:
    return scoring.client.get("/v1/portfolio/ladder").json()["as_of"]
