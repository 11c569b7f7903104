"""Settling cuts the classes, publishes what moved and keeps the answers."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from services.scoring.facts.customer.models import Customer
from services.scoring.facts.fact.models import StoredFact
from services.scoring.figures.portfolio import settlement
from services.scoring.figures.portfolio.models import Snapshot
from services.scoring.figures.score import repository as score_repository
from services.scoring.figures.score.models import Assignment, KeptScore
from shared import clock
from shared.contracts.scoring.score import ClassChanged, ScoreState
from tests.services.harness import Running
from tests.services.scoring.telling import Told, an_id, customer, order

SPRING = date(2025, 3, 1)


def _shops(told: Told, n: int) -> None:
    told.events(
        *(customer(f"c{i:02}") for i in range(n)),
        *(order(f"o{i:02}", f"c{i:02}", SPRING, (str(100 - i), "10")) for i in range(n)),
    )


def _changes(scoring: Running) -> list[tuple[str | None, str | None]]:
    return [(each.before, each.customer_class) for each in scoring.recorded(ClassChanged)]


def test_scores_have_no_class_until_the_population_settles(scoring: Running, told: Told) -> None:
    _shops(told, 12)
    told.events(customer("none"))
    path = f"/v1/scores/{an_id('c00')}"
    assert scoring.client.get(path).json()["class"] is None
    assert told.settling.settle() == 13
    assert scoring.client.get(path).json()["class"] == "A"
    assert scoring.client.get(f"/v1/scores/{an_id('none')}").json()["class"] is None
    classes = scoring.client.get("/v1/scores", params={"class": "B"}).json()["items"]
    assert [item["customer_id"] for item in classes] == [str(an_id("c01")), str(an_id("c02"))]


def test_what_moved_is_told_and_the_state_of_each_score(scoring: Running, told: Told) -> None:
    _shops(told, 12)
    told.settle()
    assert sorted(map(str, _changes(scoring))) == sorted(
        map(str, [(None, "A"), *[(None, "B")] * 2, *[(None, "C")] * 9])
    )
    states = scoring.recorded(ScoreState)
    assert len(states) == 12
    first = next(state for state in states if state.customer_id == an_id("c00"))
    assert (first.value_points, first.customer_class, first.version) == ("0.01", "A", 2)


def test_a_settled_population_has_nothing_more_to_tell(scoring: Running, told: Told) -> None:
    _shops(told, 12)
    told.settle()
    before = len(scoring.recorded())
    assert told.settling.settle() == 0
    assert len(scoring.recorded()) == before


def test_a_class_that_changes_is_told_with_the_one_before(scoring: Running, told: Told) -> None:
    _shops(told, 12)
    told.settle()
    told.events(order("more", "c11", SPRING, ("1000", "10")))
    told.settle()
    assert set(_changes(scoring)[12:]) == {("A", "B"), ("B", "C"), ("C", "A")}
    with scoring.database.reading() as session:
        history = select(Assignment.value).where(
            Assignment.aspect == "class", Assignment.customer_id == an_id("c11")
        )
        assert session.scalars(history.order_by(Assignment.id)).all() == ["C", "A"]


def test_what_is_kept_of_customers_who_are_not_on_record_waits_for_nothing(
    scoring: Running, told: Told
) -> None:
    _shops(told, 2)
    with scoring.database.transaction() as session:
        session.execute(update(Customer).values(version=None))
        session.execute(update(KeptScore).values(changes_on=SPRING))
    with scoring.database.reading() as session:
        assert score_repository.due(session, SPRING, most=9) == []
        assert score_repository.unsettled(session)["scores"] == 0


def test_a_published_class_is_kept_close_to_its_cut_while_the_computed_one_falls(
    scoring: Running, told: Told
) -> None:
    """Of 60 customers 12 are A or B; the margin of a tenth holds the thirteenth in B."""
    _shops(told, 60)
    told.settle()
    told.events(order("more", "c12", SPRING, ("1", "15")))
    told.settle()
    assert scoring.client.get(f"/v1/scores/{an_id('c11')}").json()["class"] == "C"
    assert _changes(scoring)[60:] == [("C", "B")]
    with scoring.database.reading() as session:
        assigned = select(KeptScore.assigned_class).where(KeptScore.customer_id == an_id("c11"))
        assert session.scalar(assigned) == "B"


def test_a_score_that_was_made_anew_meanwhile_is_left_to_the_next_settlement(
    scoring: Running, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    _shops(told, 12)
    original = settlement._cuts

    def late(*parts: Any) -> Any:
        cuts = list(original(*parts))
        told.events(order("late", "c00", SPRING, ("1", "1")))
        return cuts

    with monkeypatch.context() as patched:
        patched.setattr(settlement, "_cuts", late)
        told.settle()
    assert scoring.client.get(f"/v1/scores/{an_id('c00')}").json()["class"] is None
    assert told.settling.settle() == 1
    assert scoring.client.get(f"/v1/scores/{an_id('c00')}").json()["class"] == "A"


def test_the_answers_of_a_months_last_day_are_kept_until_something_reaches_back(
    scoring: Running, told: Told
) -> None:
    _shops(told, 3)
    told.settling.turn()
    with scoring.database.reading() as session:
        kept = session.scalars(select(Snapshot).where(Snapshot.name == "ladder")).all()
    (month_end,) = [each for each in kept if (each.as_of.day, each.as_of.month) != _today(told)]
    path, params = "/v1/portfolio/ladder", {"as_of": month_end.as_of.isoformat()}
    _age(scoring, month_end)
    first = scoring.client.get(path, params=params).json()
    assert scoring.client.get(path, params=params).json()["made_at"] == first["made_at"]
    told.events(order("late", "c00", SPRING, ("1", "1")))
    later = scoring.client.get(path, params=params).json()
    assert later["made_at"] > first["made_at"]


def _today(told: Told) -> tuple[int, int]:
    today = clock.local_day(clock.now(), told.scoring.settings.zone)
    return today.day, today.month


def _age(scoring: Running, month_end: Snapshot) -> None:
    """Let the customers and facts be of an hour ago, so that the snapshot is the later one."""
    past = month_end.made_at - timedelta(hours=1)
    with scoring.database.transaction() as session:
        session.execute(update(Customer).values(changed_at=past))
        session.execute(update(StoredFact).values(written_at=past))
