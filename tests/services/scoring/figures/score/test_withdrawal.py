"""A tombstone of a customer hides the score; a later state of the customer shows it again."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from services.scoring.figures.score import repository
from shared import tracing
from shared.contracts.scoring.score import ClassChanged, ScoreState
from shared.http.identity import Identity
from shared.messaging.tombstones import WithdrawalReason
from shared.models import Outbox
from shared.row_access import Rows
from tests.services.harness import Running
from tests.services.scoring.publishing import Worker, customer, id_of, order, withdrawn

pytestmark = pytest.mark.both_stacks
SPRING = date(2025, 3, 1)
LI_NA = Identity("li.na", "Li Na", frozenset(), Rows.OWN)


def buyers(worker: Worker, n: int = 3) -> None:
    """Handle customers `c0`, `c1` and so on of Li Na, each of whom bought less than the last."""
    for number in range(n):
        worker.handle(
            customer(f"c{number}", owner="li.na", version=5),
            order(f"o{number}", f"c{number}", SPRING, (str(100 - number), "10")),
        )
    worker.settle()


def status(scoring: Running, name: str) -> int:
    """Return the status with which the score of a customer is answered."""
    return scoring.client.get(f"/v1/scores/{id_of(name)}").status_code


def outbox_rows(scoring: Running, kind: str) -> list[Any]:
    """Return the rows of the outbox of this type of events."""
    with scoring.database.reading() as session:
        return list(session.scalars(select(Outbox).where(Outbox.type == kind).order_by(Outbox.id)))


def test_a_withdrawn_customer_is_in_no_answer_and_no_figure(
    scoring: Running, worker: Worker
) -> None:
    buyers(worker)
    worker.handle(withdrawn("c0", WithdrawalReason.ERASED))
    assert status(scoring, "c0") == 404
    assert len(scoring.client.get("/v1/scores").json()["items"]) == 2
    with scoring.as_caller(LI_NA) as client:
        assert client.get(f"/v1/scores/{id_of('c0')}").status_code == 404
    last = outbox_rows(scoring, "patron.score.state.v1")[-1]
    assert (last.aggregateid, last.payload, last.reason) == (str(id_of("c0")), None, "erased")
    with scoring.database.reading() as session:
        assert repository.unsettled(session)["scores"] == 1
    worker.settle()
    assert scoring.client.get("/v1/portfolio/abc").json()["n"] == 2
    # the next customer has moved up, and nothing is left to settle
    assert [each.customer_class for each in scoring.recorded(ClassChanged)][-1] == "A"
    assert worker.settling.settle() == 0


def test_orders_of_a_withdrawn_customer_do_not_bring_the_score_back(
    scoring: Running, worker: Worker
) -> None:
    buyers(worker)
    worker.handle(withdrawn("c0"), order("late", "c0", SPRING, ("1", "10")))
    worker.handle(order("later", "c0", SPRING, ("1", "10")))
    worker.settle()
    assert status(scoring, "c0") == 404
    states = outbox_rows(scoring, "patron.score.state.v1")
    assert [row.payload for row in states if row.aggregateid == str(id_of("c0"))][-1] is None


def test_a_customer_who_comes_back_has_a_score_of_a_higher_version_with_all_orders(
    scoring: Running, worker: Worker
) -> None:
    """The state that follows a tombstone is stored, although its version is lower."""
    buyers(worker)
    highest = max(each.version for each in scoring.recorded(ScoreState))
    worker.handle(withdrawn("c0"), order("late", "c0", SPRING, ("1", "10")))
    worker.settle()
    worker.handle(customer("c0", owner="wang", version=1))
    worker.settle()
    last = scoring.recorded(ScoreState)[-1]
    assert (last.customer_id, last.revenue) == (id_of("c0"), "1010")
    assert last.version > highest
    assert status(scoring, "c0") == 200
    with scoring.as_caller(LI_NA) as client:
        assert client.get(f"/v1/scores/{id_of('c0')}").status_code == 404


def test_the_order_of_a_batch_decides_whether_a_customer_is_withdrawn(
    scoring: Running, worker: Worker
) -> None:
    buyers(worker)
    worker.handle(customer("c0", version=6), withdrawn("c0"))
    worker.handle(customer("c1", version=6), withdrawn("c1"), customer("c1", version=2))
    assert (status(scoring, "c0"), status(scoring, "c1")) == (404, 200)


def test_a_tombstone_of_an_unknown_customer_changes_nothing(
    scoring: Running, worker: Worker
) -> None:
    worker.handle(withdrawn("c0"))
    assert scoring.recorded() == outbox_rows(scoring, "patron.score.state.v1") == []


def test_what_a_settlement_publishes_belongs_to_the_trace_of_its_cause(
    scoring: Running, worker: Worker
) -> None:
    """Each score has a cause of its own; the worker has its own trace."""
    causes = {}
    for name in ("c0", "c1"):
        causes[str(id_of(name))] = tracing.start().trace_id
        worker.handle(customer(name), order(f"o-{name}", name, SPRING, ("1", "10")))
    worker.settling.turn()
    worker.settle()
    for kind in ("patron.score.state.v1", "patron.class.changed.v1"):
        rows = outbox_rows(scoring, kind)
        assert {row.aggregateid: row.traceparent.split("-")[1] for row in rows} == causes
