"""The index is computed from surveys and responses, in whatever order their events arrive."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from services.scoring.figures.portfolio.recompute import differences
from shared.contracts.scoring.index import IndexEstimated
from tests.services.harness import Running, empty
from tests.services.scoring.publishing import Worker, customer, id_of, response, survey


def _index(scoring: Running) -> tuple[int, float | None]:
    """Return n and index of the survey "s" as the API shows them."""
    params = {"survey": str(id_of("s"))}
    found = scoring.client.get("/v1/portfolio/satisfaction", params=params).json()
    return found["n"], found["index"]


def test_a_batch_of_responses_publishes_the_index_once(scoring: Running, worker: Worker) -> None:
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


def test_a_response_that_arrives_before_its_survey_is_included_once_the_survey_arrives(
    scoring: Running, worker: Worker
) -> None:
    worker.handle(response("r1", "s", "a", {"q": 5}), customer("a"))
    assert scoring.recorded(IndexEstimated) == []
    worker.handle(survey("s", "q"))
    assert _index(scoring) == (1, 100.0)
    score = scoring.client.get(f"/v1/scores/{id_of('a')}").json()
    assert score["satisfaction"] == {"index": 100.0, "n": 1}


def test_a_higher_version_of_a_response_replaces_the_lower_version(
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


def test_a_response_whose_new_version_has_no_satisfaction_items_is_in_no_index(
    scoring: Running, worker: Worker
) -> None:
    first = response("r1", "s", "a", {"q": 5})
    worker.handle(survey("s", "q"), customer("a"), first)
    worker.handle(replace(first, version=2, answers={"visits": 3}))
    assert _index(scoring) == (0, None)
    assert scoring.client.get(f"/v1/scores/{id_of('a')}").json()["satisfaction"] is None


def test_a_new_item_in_a_survey_recomputes_the_indices_of_its_responses(
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


def test_an_anonymous_response_is_included_in_the_index(scoring: Running, worker: Worker) -> None:
    worker.handle(survey("s", "q", missing=[5]), response("r1", "s", None, {"q": 4}))
    worker.handle(response("r2", "s", None, {"q": 5}))
    assert _index(scoring) == (1, 75.0)


EVENTS_IN_TWO_VERSIONS = [
    survey("s", "q"),
    survey("s", "q", "p", version=2),
    response("r", "s", "a", {"q": 5, "p": 3}),
    response("r", "s", "a", {"q": 2, "p": 3}, version=2, wave="w2"),
]


@pytest.mark.parametrize("order", [*permutations(range(4))], ids=str)
def test_surveys_and_responses_give_the_same_index_in_any_order_of_arrival(
    scoring: Running, worker: Worker, order: tuple[int, ...]
) -> None:
    events = [EVENTS_IN_TWO_VERSIONS[position] for position in order]
    for batches in ([[each] for each in events], [events]):
        empty(scoring.database)
        worker.handle(customer("a"))
        for batch in batches:
            worker.handle(*batch)
        assert _index(scoring) == (1, 37.5)
        score = scoring.client.get(f"/v1/scores/{id_of('a')}").json()
        assert score["satisfaction"] == {"index": 37.5, "n": 2}
