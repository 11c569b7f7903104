"""Tests of a settlement, the computation of the ABC classes of all customers at one time.

A settlement publishes the changes of classes and stores snapshots of the ABC tables.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from services.scoring.facts.customer.models import Customer
from services.scoring.facts.fact.models import StoredFact
from services.scoring.figures.portfolio import settlement
from services.scoring.figures.portfolio.models import Snapshot
from services.scoring.figures.score import repository as score_repository
from services.scoring.figures.score.models import Assignment, StoredScore
from shared import clock
from shared.contracts.scoring.score import ClassChanged, ScoreState
from tests.services.harness import Running
from tests.services.scoring.publishing import Worker, customer, id_of, order

SPRING = date(2025, 3, 1)


def _handle_buyers(worker: Worker, n: int) -> None:
    """Let the worker handle `n` customers, c00, c01 and so on; c00 has the largest order."""
    worker.handle(
        *(customer(f"c{i:02}") for i in range(n)),
        *(order(f"o{i:02}", f"c{i:02}", SPRING, (str(100 - i), "10")) for i in range(n)),
    )


def _class_changes(scoring: Running) -> list[tuple[str | None, str | None]]:
    """Return the published changes of class as pairs (previous class, new class)."""
    return [(each.before, each.customer_class) for each in scoring.recorded(ClassChanged)]


def test_scores_have_no_class_until_the_first_settlement(scoring: Running, worker: Worker) -> None:
    _handle_buyers(worker, 12)
    worker.handle(customer("none"))
    path = f"/v1/scores/{id_of('c00')}"
    assert scoring.client.get(path).json()["class"] is None
    assert worker.settling.settle() == 13
    assert scoring.client.get(path).json()["class"] == "A"
    assert scoring.client.get(f"/v1/scores/{id_of('none')}").json()["class"] is None
    in_class_b = scoring.client.get("/v1/scores", params={"class": "B"}).json()["items"]
    assert [item["customer_id"] for item in in_class_b] == [str(id_of("c01")), str(id_of("c02"))]


def test_a_settlement_publishes_changed_classes_and_the_state_of_each_changed_score(
    scoring: Running, worker: Worker
) -> None:
    _handle_buyers(worker, 12)
    worker.settle()
    assert sorted(map(str, _class_changes(scoring))) == sorted(
        map(str, [(None, "A"), *[(None, "B")] * 2, *[(None, "C")] * 9])
    )
    states = scoring.recorded(ScoreState)
    assert len(states) == 12
    first = next(state for state in states if state.customer_id == id_of("c00"))
    # The order of c00 is 10 units at 100: 1000 give 0.01 points, 1 point per 100 000.
    assert (first.value_points, first.customer_class, first.version) == ("0.01", "A", 2)


def test_a_second_settlement_without_changes_publishes_nothing(
    scoring: Running, worker: Worker
) -> None:
    _handle_buyers(worker, 12)
    worker.settle()
    n_before = len(scoring.recorded())
    assert worker.settling.settle() == 0
    assert len(scoring.recorded()) == n_before


def test_a_changed_class_is_published_with_the_previous_class_and_added_to_the_history(
    scoring: Running, worker: Worker
) -> None:
    _handle_buyers(worker, 12)
    worker.settle()
    worker.handle(order("more", "c11", SPRING, ("1000", "10")))
    worker.settle()
    changes_after_the_first_settlement = _class_changes(scoring)[12:]
    assert set(changes_after_the_first_settlement) == {("A", "B"), ("B", "C"), ("C", "A")}
    with scoring.database.reading() as session:
        history = select(Assignment.value).where(
            Assignment.aspect == "class", Assignment.customer_id == id_of("c11")
        )
        assert session.scalars(history.order_by(Assignment.id)).all() == ["C", "A"]


def test_scores_of_customers_who_are_not_on_record_are_neither_recomputed_nor_settled(
    scoring: Running, worker: Worker
) -> None:
    _handle_buyers(worker, 2)
    with scoring.database.transaction() as session:
        session.execute(update(Customer).values(version=None))
        session.execute(update(StoredScore).values(changes_on=SPRING))
    with scoring.database.reading() as session:
        assert score_repository.due_customers(session, SPRING, limit=9) == []
        assert score_repository.unsettled(session)["scores"] == 0


def test_within_the_margin_the_computed_class_falls_but_not_the_published_one(
    scoring: Running, worker: Worker
) -> None:
    """Of 60 customers the first 12 are A or B; with a margin of 10 % the 13th stays in B."""
    _handle_buyers(worker, 60)
    worker.settle()
    worker.handle(order("more", "c12", SPRING, ("1", "15")))
    worker.settle()
    assert scoring.client.get(f"/v1/scores/{id_of('c11')}").json()["class"] == "C"
    assert _class_changes(scoring)[60:] == [("C", "B")]
    with scoring.database.reading() as session:
        assigned = select(StoredScore.assigned_class).where(StoredScore.customer_id == id_of("c11"))
        assert session.scalar(assigned) == "B"


def test_a_score_that_changes_during_a_settlement_gets_its_class_from_the_next_one(
    scoring: Running, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    _handle_buyers(worker, 12)
    compute_classes = settlement._new_classes

    def compute_classes_then_change_a_score(*arguments: Any) -> Any:
        classes = list(compute_classes(*arguments))
        worker.handle(order("late", "c00", SPRING, ("1", "1")))
        return classes

    with monkeypatch.context() as patched:
        patched.setattr(settlement, "_new_classes", compute_classes_then_change_a_score)
        worker.settle()
    assert scoring.client.get(f"/v1/scores/{id_of('c00')}").json()["class"] is None
    assert worker.settling.settle() == 1
    assert scoring.client.get(f"/v1/scores/{id_of('c00')}").json()["class"] == "A"


def test_the_snapshot_of_a_months_last_day_is_used_until_an_earlier_fact_arrives(
    scoring: Running, worker: Worker
) -> None:
    _handle_buyers(worker, 3)
    worker.settling.turn()
    with scoring.database.reading() as session:
        stored = session.scalars(select(Snapshot).where(Snapshot.name == "ladder")).all()
    (month_end,) = [
        each for each in stored if (each.as_of.day, each.as_of.month) != _day_and_month(worker)
    ]
    path, params = "/v1/portfolio/ladder", {"as_of": month_end.as_of.isoformat()}
    _make_facts_older(scoring, month_end)
    first = scoring.client.get(path, params=params).json()
    assert scoring.client.get(path, params=params).json()["made_at"] == first["made_at"]
    worker.handle(order("late", "c00", SPRING, ("1", "1")))
    later = scoring.client.get(path, params=params).json()
    assert later["made_at"] > first["made_at"]


def _day_and_month(worker: Worker) -> tuple[int, int]:
    """Return the day and the month of today's date."""
    today = clock.local_day(clock.now(), worker.scoring.settings.zone)
    return today.day, today.month


def _make_facts_older(scoring: Running, month_end: Snapshot) -> None:
    """Pretend that all customers and facts were written an hour before the snapshot."""
    past = month_end.made_at - timedelta(hours=1)
    with scoring.database.transaction() as session:
        session.execute(update(Customer).values(changed_at=past))
        session.execute(update(StoredFact).values(written_at=past))
