"""After an older copy of scoring was restored, nothing is counted twice and versions only grow."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.scoring.figures.portfolio.recompute import differences
from services.scoring.worker import PUBLICATIONS
from shared.contracts.scoring.score import ScoreState
from shared.messaging import outbox
from shared.messaging.tombstones import WithdrawalReason
from tests.services.copies import Restorable, restorable
from tests.services.harness import Running
from tests.services.scoring.publishing import Worker, customer, id_of, order, response, survey

pytestmark = pytest.mark.both_stacks
SPRING = date(2025, 3, 1)
STATES = "patron.scoring.score.state.v1"
FACTS = "patron.scoring.score.events.v1"
INDICES = "patron.scoring.index.events.v1"


@pytest.fixture
def restoring(scoring: Running, tmp_path: Path) -> Restorable:
    """Return scoring with a log of its own."""
    return restorable(scoring, tmp_path, PUBLICATIONS)


def versions(restoring: Restorable, topic: str, kind: str, key: object) -> list[int]:
    """Return the versions of the events of a type and key, in the order of the log."""
    return [
        json.loads(item.record.value)["version"]
        for item in restoring.records(topic, str(key))
        if item.record.headers["ce_type"] == kind and item.record.value
    ]


def everything() -> list[Any]:
    """Return the events of other services: two customers with orders, and a survey."""
    return [
        customer("a"),
        order("1", "a", SPRING, ("1", "100")),
        survey("s", "q"),
        response("r1", "s", "a", {"q": 5}),
        customer("b"),
        order("2", "b", SPRING, ("1", "300")),
        response("r2", "s", "b", {"q": 3}),
    ]


def test_scores_and_indices_that_come_back_have_higher_versions(
    scoring: Running, worker: Worker, restoring: Restorable
) -> None:
    worker.handle(*everything()[:4])
    worker.settle()
    restoring.publish()
    copy = restoring.copy()
    worker.handle(*everything()[4:])
    worker.settle()
    worker.handle(order("3", "b", SPRING, ("1", "50")))
    worker.settle()
    restoring.publish()
    restoring.restore(copy)
    restoring.restored()
    # scoring does not know the customer b yet
    assert restoring.records(STATES, str(id_of("b")))[-1].record.value is None
    worker.handle(*everything(), order("3", "b", SPRING, ("1", "50")))
    worker.settle()
    restoring.publish()
    for name in ("a", "b"):
        for topic, kind in ((FACTS, "patron.score.changed.v1"), (STATES, "patron.score.state.v1")):
            found = versions(restoring, topic, kind, id_of(name))
            assert found == sorted(found)
        assert scoring.client.get(f"/v1/scores/{id_of(name)}").status_code == 200
    facts = versions(restoring, FACTS, "patron.score.changed.v1", id_of("b"))
    assert len(set(facts)) == len(facts)
    indices = versions(restoring, INDICES, "patron.index.estimated.v1", id_of("s"))
    assert indices == sorted(set(indices))
    assert scoring.client.get(f"/v1/scores/{id_of('b')}").json()["revenue"] == "350"
    index = scoring.client.get("/v1/portfolio/satisfaction", params={"survey": str(id_of("s"))})
    assert index.json()["n"] == 2
    with scoring.database.reading() as session:
        settings: Any = scoring.settings
        assert list(differences(session, settings)) == []


def test_the_score_of_a_customer_who_was_erased_after_the_copy_stays_withdrawn(
    scoring: Running, worker: Worker, restoring: Restorable
) -> None:
    worker.handle(*everything())
    worker.settle()
    copy = restoring.copy()
    with scoring.database.transaction() as session:
        outbox.record_tombstones(session, ScoreState, [id_of("a")], reason=WithdrawalReason.ERASED)
    restoring.publish()
    restoring.restore(copy)
    restoring.restored()
    assert restoring.records(STATES, str(id_of("a")))[-1].record.value is None
    assert restoring.records(STATES, str(id_of("b")))[-1].record.value is not None


def test_new_scores_and_indices_have_higher_versions_than_a_lost_log(
    worker: Worker, restoring: Restorable
) -> None:
    """Database and log are empty; consumers have read events of both."""
    restoring.restored(versions_ahead=1000)
    worker.handle(*everything()[:4])
    worker.settle()
    restoring.publish()
    for topic, kind, name in (
        (STATES, "patron.score.state.v1", "a"),
        (INDICES, "patron.index.estimated.v1", "s"),
    ):
        assert min(versions(restoring, topic, kind, id_of(name))) > 1000
