"""Events give the right scores in any order, and a batch publishes each score once."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.scoring.facts.exchange_rate.models import ExchangeRate
from services.scoring.facts.fact.changes import Changes, Extractor
from services.scoring.facts.fact.domain import FactKind
from services.scoring.figures.score import handlers as score_handlers
from services.scoring.figures.score.models import Assignment
from services.scoring.worker import handlers
from shared.contracts.registry.customer import CustomerState
from shared.contracts.scoring.score import RungChanged, ScoreChanged
from tests.services.harness import Running
from tests.services.scoring import samples
from tests.services.scoring.publishing import (
    RECORDED,
    Worker,
    customer,
    id_of,
    order,
    response,
    survey,
)

SPRING, SUMMER = date(2025, 3, 1), date(2025, 7, 1)


def _score(scoring: Running, name: str, **params: str) -> dict[str, Any]:
    """Read the score of the customer with this name over HTTP."""
    answer = scoring.client.get(f"/v1/scores/{id_of(name)}", params=params)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_an_order_is_included_in_the_score_of_its_customer(
    scoring: Running, worker: Worker
) -> None:
    worker.handle(customer("a"), order("1", "a", SPRING, ("10", "25000")))
    found = _score(scoring, "a")
    assert (found["value_points"], found["revenue"]) == ("2.5", "250000")
    assert found["purchase_days"] == 1


def test_an_order_that_arrives_before_its_customer_is_scored_once_the_customer_arrives(
    scoring: Running, worker: Worker
) -> None:
    worker.handle(order("1", "a", SPRING, ("1", "100000")))
    assert scoring.client.get(f"/v1/scores/{id_of('a')}").status_code == 404
    assert scoring.recorded() == []
    worker.handle(customer("a"))
    assert _score(scoring, "a")["value_points"] == "1"


def test_a_batch_publishes_each_customers_score_once(scoring: Running, worker: Worker) -> None:
    worker.handle(
        customer("a"),
        customer("b"),
        order("1", "a", SPRING, ("1", "100000")),
        order("2", "a", SUMMER, ("1", "100000")),
        order("3", "b", SUMMER, ("1", "50000")),
    )
    scores = scoring.recorded(ScoreChanged)
    assert {(each.customer_id, each.value_points) for each in scores} == {
        (id_of("a"), "2"),
        (id_of("b"), "0.5"),
    }
    assert [each.version for each in scores] == [1, 1]


def test_events_that_arrive_again_change_and_publish_no_score(
    scoring: Running, worker: Worker
) -> None:
    first = order("1", "a", SPRING, ("1", "100000"))
    second = replace(first, version=2, lines=order("1", "a", SPRING, ("2", "100000")).lines)
    worker.handle(customer("a"), first)
    worker.handle(second)
    n_before = len(scoring.recorded())
    worker.handle(first, second, customer("a"))
    assert _score(scoring, "a")["value_points"] == "2"
    assert len(scoring.recorded()) == n_before


def test_an_older_version_of_an_order_that_arrives_late_does_not_change_the_score(
    scoring: Running, worker: Worker
) -> None:
    first = order("1", "a", SPRING, ("1", "100000"))
    second = replace(first, version=2, lines=order("1", "a", SPRING, ("2", "100000")).lines)
    worker.handle(customer("a"), second)
    worker.handle(first)
    assert _score(scoring, "a")["value_points"] == "2"


def test_an_order_that_gets_another_customer_is_in_the_score_of_that_customer_only(
    scoring: Running, worker: Worker
) -> None:
    first = order("1", "a", SPRING, ("1", "100000"))
    worker.handle(customer("a"), customer("b"), first)
    worker.handle(replace(first, version=2, customer_id=id_of("b")))
    assert _score(scoring, "a")["value_points"] == "0"
    assert _score(scoring, "b")["value_points"] == "1"


def test_an_anonymous_order_is_in_no_score_until_a_later_version_names_a_customer(
    scoring: Running, worker: Worker
) -> None:
    anonymous = order("1", None, SPRING, ("1", "100000"))
    worker.handle(customer("a"), anonymous)
    assert _score(scoring, "a")["value_points"] == "0"
    claimed_at = RECORDED + timedelta(days=1)
    worker.handle(replace(anonymous, version=2, customer_id=id_of("a"), recorded_at=claimed_at))
    assert _score(scoring, "a")["value_points"] == "1"
    # From then on the order is treated as if it had always belonged to the customer.
    known_before_the_claim = {"as_of": SPRING.isoformat(), "known_by": RECORDED.isoformat()}
    assert _score(scoring, "a", **known_before_the_claim)["value_points"] == "1"


def test_a_score_with_known_by_is_computed_from_the_versions_known_on_that_date(
    scoring: Running, worker: Worker
) -> None:
    first = order("1", "a", SPRING, ("1", "100000"))
    later = datetime.fromisoformat("2026-02-01T12:00:00+08:00")
    lines = order("1", "a", SPRING, ("3", "100000")).lines
    worker.handle(customer("a"), first, replace(first, version=2, recorded_at=later, lines=lines))
    assert _score(scoring, "a", as_of="2026-03-01")["value_points"] == "3"
    assert _score(scoring, "a", as_of="2026-03-01", known_by="2026-01-31")["value_points"] == "1"
    assert _score(scoring, "a", as_of="2026-03-01", known_by="2025-12-31")["value_points"] == "0"
    assert _score(scoring, "a", as_of="2026-03-01", known_by="2026-02-01")["value_points"] == "3"


def test_a_changed_rung_is_published_and_added_to_the_history(
    scoring: Running, worker: Worker
) -> None:
    worker.handle(customer("a", disqualified=True))
    worker.handle(order("1", "a", date.today(), ("1", "1")))  # noqa: DTZ011  any recent day is fine
    moves = [(each.before, each.rung) for each in scoring.recorded(RungChanged)]
    assert moves == [(None, "disqualified"), ("disqualified", "first_time")]
    with scoring.database.reading() as session:
        history = session.scalars(select(Assignment.value).order_by(Assignment.id)).all()
    assert history == ["disqualified", "first_time"]


def test_an_older_version_of_a_customer_is_ignored(scoring: Running, worker: Worker) -> None:
    changed = customer("a", version=2, disqualified=True)
    worker.handle(CustomerState(**{n: getattr(changed, n) for n in _fields(changed)}))
    worker.handle(customer("a"))
    assert _score(scoring, "a")["rung"] == "disqualified"


def _fields(event: Any) -> list[str]:
    return list(type(event).__dataclass_fields__)


def test_an_amount_in_another_currency_is_excluded_until_its_exchange_rate_is_known(
    scoring: Running, worker: Worker
) -> None:
    foreign = order("1", "a", SPRING, ("1", "1000"), currency="EUR")
    worker.handle(customer("a"), foreign)
    found = _score(scoring, "a")
    assert (found["revenue"], found["purchase_days"]) == ("0", 1)
    assert found["excluded"] == [{"currency": "EUR", "facts": 1, "amount": "1000"}]
    assert _score(scoring, "a", currency="EUR")["revenue"] == "1000"
    rate = {"currency": "EUR", "target": "CNY", "day": SPRING, "rate": Decimal("7.8123")}
    with scoring.database.transaction() as session:
        session.execute(insert(ExchangeRate), [rate])
    worker.handle(order("2", "a", SUMMER, ("1", "1")))
    found = _score(scoring, "a")
    assert (found["revenue"], found["excluded"]) == ("7813.3", [])


def test_the_index_of_the_latest_response_is_part_of_the_score(
    scoring: Running, worker: Worker
) -> None:
    worker.handle(
        response("r1", "s", "a", {"q": 5}, on=SUMMER),
        response("r2", "s", "a", {"q": 2}, on=SPRING),
        customer("a"),
        survey("s", "q"),
    )
    assert _score(scoring, "a")["satisfaction"] == {"index": 100.0, "n": 1}
    (event,) = scoring.recorded(ScoreChanged)
    assert (event.satisfaction.index, event.satisfaction.n) == (100.0, 1)


@dataclass(frozen=True)
class Complaint:
    """An event of a package that does not exist yet, to test that extractors can be added."""

    customer_id: UUID
    amount: Decimal


def test_an_additional_extractor_can_add_facts_and_recompute_customers(
    scoring: Running, worker: Worker
) -> None:
    worker.handle(customer("a"), order("1", "a", SPRING, ("1", "100000")))
    fact = samples.fact("-50000", kind=FactKind.RETURN)._replace(customer_id=id_of("a"))

    def extract(_session: Session, events: Sequence[Complaint], _settings: Any) -> Changes:
        facts = [fact._replace(amount=event.amount) for event in events]
        return Changes(facts=facts, affected_ids={event.customer_id for event in events})

    with scoring.database.transaction() as session:
        by_event = score_handlers.handlers(scoring.settings, {Complaint: extract})
        assert by_event.keys() == {CustomerState, Complaint}
        by_event[Complaint](session, [Complaint(id_of("a"), Decimal(-50_000)), customer("b")])
    assert _score(scoring, "a")["value_points"] == "0.5"
    assert _score(scoring, "b")["value_points"] == "0"


def test_extractors_are_called_in_the_order_of_their_dict_whatever_the_order_of_events(
    scoring: Running,
) -> None:
    """Extractors may lock rows, so all workers must call them in the same order."""
    called: list[str] = []

    def extractor(name: str) -> Extractor:
        def extract(_session: Session, _events: Sequence[Any], _settings: Any) -> Changes:
            called.append(name)
            return Changes()

        return extract

    extractors = {Complaint: extractor("complaints"), date: extractor("dates")}
    with scoring.database.transaction() as session:
        handler = score_handlers.handlers(scoring.settings, extractors)[Complaint]
        handler(session, [SPRING, Complaint(id_of("a"), Decimal(1)), SUMMER])
    assert called == ["complaints", "dates"]


def test_a_new_customer_is_scored_after_another_worker_has_written_the_facts(
    scoring: Running, worker: Worker
) -> None:
    """The second transaction waits, although the table had no row of the customer before."""
    with ThreadPoolExecutor(1) as pool:
        with scoring.database.transaction() as session:
            first = order("1", "a", SPRING, ("1", "100000"))
            settings: Any = scoring.settings
            handlers(settings)[type(first)](session, [first])
            second = pool.submit(worker.handle, customer("a"))
        second.result(timeout=20)
    assert _score(scoring, "a")["value_points"] == "1"
