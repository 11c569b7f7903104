"""The index counts surveys and answers in whatever order their events arrive."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from services.scoring.figures.portfolio.recompute import differences
from shared.contracts.scoring.index import IndexEstimated
from tests.services.harness import Running, empty
from tests.services.scoring.publishing import Worker, customer, id_of, response, survey


def _index(scoring: Running) -> tuple[int, float | None]:
    params = {"survey": str(id_of("s"))}
    found = scoring.client.get("/v1/portfolio/satisfaction", params=params).json()
    return found["n"], found["index"]


def test_a_batch_of_answers_publishes_the_index_once(scoring: Running, worker: Worker) -> None:
    worker.handle(survey("s", "q"))
    assert scoring.recorded(IndexEstimated) == []
    worker.handle(
        response("r1", "s", None, {"q": 5}), response("r2", "s", None, {"q": 1}, wave="w2")
    )
    worker.handle(response("r3", "s", None, {"q": 1}))
    first, second = scoring.recorded(IndexEstimated)
    assert (first.n, first.index, first.version) == (2, 50.0, 1)
    assert [(wave.wave, wave.n, wave.index) for wave in first.waves] == [
        ("w1", 1, 100.0),
        ("w2", 1, 0.0),
    ]
    assert (second.n, second.version) == (3, 2)


def test_an_answer_before_its_survey_counts_once_the_survey_arrives(
    scoring: Running, worker: Worker
) -> None:
    worker.handle(response("r1", "s", "a", {"q": 5}), customer("a"))
    assert scoring.recorded(IndexEstimated) == []
    worker.handle(survey("s", "q"))
    assert _index(scoring) == (1, 100.0)
    score = scoring.client.get(f"/v1/scores/{id_of('a')}").json()
    assert score["satisfaction"] == {"index": 100.0, "n": 1}


def test_a_higher_version_of_an_answer_replaces_the_lower_one(
    scoring: Running, worker: Worker
) -> None:
    first = response("r1", "s", None, {"q": 5})
    second = replace(first, version=2, wave="w2", answers={"q": 2}, customer_id=id_of("a"))
    worker.handle(survey("s", "q"), customer("a"), first)
    worker.handle(second)
    worker.handle(first, second)
    assert _index(scoring) == (1, 25.0)
    last = scoring.recorded(IndexEstimated)[-1]
    assert [(wave.wave, wave.n) for wave in last.waves] == [("w1", 0), ("w2", 1)]
    score = scoring.client.get(f"/v1/scores/{id_of('a')}").json()
    assert score["satisfaction"] == {"index": 25.0, "n": 1}


def test_an_answer_that_loses_its_satisfaction_items_counts_nowhere(
    scoring: Running, worker: Worker
) -> None:
    first = response("r1", "s", "a", {"q": 5})
    worker.handle(survey("s", "q"), customer("a"), first)
    worker.handle(replace(first, version=2, answers={"visits": 3}))
    assert _index(scoring) == (0, None)
    assert scoring.client.get(f"/v1/scores/{id_of('a')}").json()["satisfaction"] is None


def test_another_item_of_a_survey_recomputes_the_index_of_its_answers(
    scoring: Running, worker: Worker
) -> None:
    worker.handle(survey("s", "q"), customer("a"), response("r1", "s", "a", {"q": 5, "p": 1}))
    worker.handle(survey("s", "q", "p", version=2))
    worker.handle(survey("s", "q"))
    assert _index(scoring) == (1, 50.0)
    score = scoring.client.get(f"/v1/scores/{id_of('a')}").json()
    assert score["satisfaction"] == {"index": 50.0, "n": 2}
    with scoring.database.reading() as session:
        settings: Any = scoring.settings
        assert list(differences(session, settings)) == []


def test_an_anonymous_answer_counts_in_the_index(scoring: Running, worker: Worker) -> None:
    worker.handle(survey("s", "q", missing=[5]), response("r1", "s", None, {"q": 4}))
    worker.handle(response("r2", "s", None, {"q": 5}))
    assert _index(scoring) == (1, 75.0)


EVENTS = [
    survey("s", "q"),
    survey("s", "q", "p", version=2),
    response("r", "s", "a", {"q": 5, "p": 3}),
    response("r", "s", "a", {"q": 2, "p": 3}, version=2, wave="w2"),
]


@pytest.mark.parametrize("order", [*permutations(range(4))], ids=str)
def test_surveys_and_answers_give_the_same_index_in_any_order_of_arrival(
    scoring: Running, worker: Worker, order: tuple[int, ...]
) -> None:
    for batches in ([[EVENTS[i]] for i in order], [[EVENTS[i] for i in order]]):
        empty(scoring.database)
        worker.handle(customer("a"))
        for batch in batches:
            worker.handle(*batch)
        assert _index(scoring) == (1, 37.5)
        score = scoring.client.get(f"/v1/scores/{id_of('a')}").json()
        assert score["satisfaction"] == {"index": 37.5, "n": 2}
