"""Whatever is told, in whatever order, ends in the right scores, each told once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select

from services.scoring.facts.exchange_rate.models import ExchangeRate
from services.scoring.figures.score.handlers import follow
from services.scoring.figures.score.models import Assignment
from shared.contracts.registry.customer import CustomerState
from shared.contracts.scoring.score import RungChanged, ScoreChanged
from tests.services.harness import Running
from tests.services.scoring.telling import (
    RECORDED,
    Told,
    an_id,
    customer,
    order,
    response,
    survey,
)

SPRING, SUMMER = date(2025, 3, 1), date(2025, 7, 1)


def _score(scoring: Running, name: str, **params: str) -> dict[str, Any]:
    answer = scoring.client.get(f"/v1/scores/{an_id(name)}", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_an_order_is_scored_with_its_customer(scoring: Running, told: Told) -> None:
    told.events(customer("a"), order("1", "a", SPRING, ("10", "25000")))
    found = _score(scoring, "a")
    assert (found["value_points"], found["revenue"]) == ("2.5", "250000")
    assert found["purchase_days"] == 1


def test_an_order_waits_for_its_customer(scoring: Running, told: Told) -> None:
    told.events(order("1", "a", SPRING, ("1", "100000")))
    assert scoring.client.get(f"/v1/scores/{an_id('a')}").status_code == 404
    assert scoring.recorded() == []
    told.events(customer("a"))
    assert _score(scoring, "a")["value_points"] == "1"


def test_a_batch_tells_each_customer_once(scoring: Running, told: Told) -> None:
    told.events(
        customer("a"),
        customer("b"),
        order("1", "a", SPRING, ("1", "100000")),
        order("2", "a", SUMMER, ("1", "100000")),
        order("3", "b", SUMMER, ("1", "50000")),
    )
    scores = scoring.recorded(ScoreChanged)
    assert {(each.customer_id, each.value_points) for each in scores} == {
        (an_id("a"), "2"),
        (an_id("b"), "0.5"),
    }
    assert [each.version for each in scores] == [1, 1]


def test_versions_of_an_order_heard_again_change_no_score_and_tell_none(
    scoring: Running, told: Told
) -> None:
    first = order("1", "a", SPRING, ("1", "100000"))
    second = replace(first, version=2, lines=order("1", "a", SPRING, ("2", "100000")).lines)
    told.events(customer("a"), first)
    told.events(second)
    before = len(scoring.recorded())
    told.events(first, second, customer("a"))
    assert _score(scoring, "a")["value_points"] == "2"
    assert len(scoring.recorded()) == before


def test_a_version_that_arrives_late_does_not_count(scoring: Running, told: Told) -> None:
    first = order("1", "a", SPRING, ("1", "100000"))
    second = replace(first, version=2, lines=order("1", "a", SPRING, ("2", "100000")).lines)
    told.events(customer("a"), second)
    told.events(first)
    assert _score(scoring, "a")["value_points"] == "2"


def test_an_order_that_moves_leaves_the_one_and_comes_to_the_other(
    scoring: Running, told: Told
) -> None:
    first = order("1", "a", SPRING, ("1", "100000"))
    told.events(customer("a"), customer("b"), first)
    told.events(replace(first, version=2, customer_id=an_id("b")))
    assert _score(scoring, "a")["value_points"] == "0"
    assert _score(scoring, "b")["value_points"] == "1"


def test_an_anonymous_order_touches_nobody_until_it_is_claimed(
    scoring: Running, told: Told
) -> None:
    anonymous = order("1", None, SPRING, ("1", "100000"))
    told.events(customer("a"), anonymous)
    assert _score(scoring, "a")["value_points"] == "0"
    claimed = replace(anonymous, version=2, customer_id=an_id("a"))
    told.events(claimed)
    assert _score(scoring, "a")["value_points"] == "1"
    before = {"as_of": SPRING.isoformat(), "known_by": RECORDED.isoformat()}
    assert _score(scoring, "a", **before)["value_points"] == "1"


def test_known_by_tells_what_was_known_then(scoring: Running, told: Told) -> None:
    first = order("1", "a", SPRING, ("1", "100000"))
    later = datetime.fromisoformat("2026-02-01T12:00:00+08:00")
    lines = order("1", "a", SPRING, ("3", "100000")).lines
    told.events(customer("a"), first, replace(first, version=2, recorded_at=later, lines=lines))
    assert _score(scoring, "a", as_of="2026-03-01")["value_points"] == "3"
    assert _score(scoring, "a", as_of="2026-03-01", known_by="2026-01-31")["value_points"] == "1"
    assert _score(scoring, "a", as_of="2026-03-01", known_by="2025-12-31")["value_points"] == "0"
    assert _score(scoring, "a", as_of="2026-03-01", known_by="2026-02-01")["value_points"] == "3"


def test_the_rung_is_told_when_it_moves_and_kept_as_history(scoring: Running, told: Told) -> None:
    told.events(customer("a", disqualified=True))
    told.events(order("1", "a", date.today(), ("1", "1")))  # noqa: DTZ011  a recent day will do
    moves = [(each.before, each.rung) for each in scoring.recorded(RungChanged)]
    assert moves == [(None, "disqualified"), ("disqualified", "first_time")]
    with scoring.database.reading() as session:
        kept = session.scalars(select(Assignment.value).order_by(Assignment.id)).all()
    assert kept == ["disqualified", "first_time"]


def test_an_older_version_of_a_record_is_ignored(scoring: Running, told: Told) -> None:
    changed = customer("a", version=2, disqualified=True)
    told.events(CustomerState(**{n: getattr(changed, n) for n in _fields(changed)}))
    told.events(customer("a"))
    assert _score(scoring, "a")["rung"] == "disqualified"


def _fields(event: Any) -> list[str]:
    return list(type(event).__dataclass_fields__)


def test_foreign_money_counts_once_its_rate_is_known(scoring: Running, told: Told) -> None:
    foreign = order("1", "a", SPRING, ("1", "1000"), currency="EUR")
    told.events(customer("a"), foreign)
    found = _score(scoring, "a")
    assert (found["revenue"], found["purchase_days"]) == ("0", 1)
    assert found["excluded"] == [{"currency": "EUR", "facts": 1, "amount": "1000"}]
    assert _score(scoring, "a", currency="EUR")["revenue"] == "1000"
    rate = {"currency": "EUR", "target": "CNY", "day": SPRING, "rate": Decimal("7.8123")}
    with scoring.database.transaction() as session:
        session.execute(insert(ExchangeRate), [rate])
    told.events(order("2", "a", SUMMER, ("1", "1")))
    found = _score(scoring, "a")
    assert (found["revenue"], found["excluded"]) == ("7813.3", [])


def test_the_latest_answer_is_part_of_the_score(scoring: Running, told: Told) -> None:
    told.events(
        response("r1", "s", "a", {"q": 5}, on=SUMMER),
        response("r2", "s", "a", {"q": 2}, on=SPRING),
        customer("a"),
        survey("s", "q"),
    )
    assert _score(scoring, "a")["satisfaction"] == {"index": 100.0, "n": 1}
    (event,) = scoring.recorded(ScoreChanged)
    assert (event.satisfaction.index, event.satisfaction.n) == (100.0, 1)


def test_a_customer_on_record_has_the_facts_that_another_worker_is_writing(
    scoring: Running, told: Told
) -> None:
    """Whoever comes second waits for the first, also where nobody has heard of the customer."""
    with ThreadPoolExecutor(1) as pool:
        with scoring.database.transaction() as session:
            first = [order("1", "a", SPRING, ("1", "100000"))]
            follow(session, first, settings=scoring.settings)
            second = pool.submit(told.events, customer("a"))
        second.result(timeout=20)
    assert _score(scoring, "a")["value_points"] == "1"
