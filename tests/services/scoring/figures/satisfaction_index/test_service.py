"""The index follows surveys and answers in whatever order they arrive."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from services.scoring.figures.portfolio.recompute import differences
from shared.contracts.scoring.index import IndexEstimated
from tests.services.harness import Running, empty
from tests.services.scoring.telling import Told, an_id, customer, response, survey


def _index(scoring: Running) -> tuple[int, float | None]:
    params = {"survey": str(an_id("s"))}
    found = scoring.client.get("/v1/portfolio/satisfaction", params=params).json()
    return found["n"], found["index"]


def test_each_batch_of_answers_tells_the_index_once(scoring: Running, told: Told) -> None:
    told.events(survey("s", "q"))
    assert scoring.recorded(IndexEstimated) == []
    told.events(response("r1", "s", None, {"q": 5}), response("r2", "s", None, {"q": 1}, wave="w2"))
    told.events(response("r3", "s", None, {"q": 1}))
    first, second = scoring.recorded(IndexEstimated)
    assert (first.n, first.index, first.version) == (2, 50.0, 1)
    assert [(wave.wave, wave.n, wave.index) for wave in first.waves] == [
        ("w1", 1, 100.0),
        ("w2", 1, 0.0),
    ]
    assert (second.n, second.version) == (3, 2)


def test_answers_wait_for_their_survey(scoring: Running, told: Told) -> None:
    told.events(response("r1", "s", "a", {"q": 5}), customer("a"))
    assert scoring.recorded(IndexEstimated) == []
    told.events(survey("s", "q"))
    assert _index(scoring) == (1, 100.0)
    score = scoring.client.get(f"/v1/scores/{an_id('a')}").json()
    assert score["satisfaction"] == {"index": 100.0, "n": 1}


def test_a_higher_version_of_an_answer_replaces_it(scoring: Running, told: Told) -> None:
    first = response("r1", "s", None, {"q": 5})
    second = replace(first, version=2, wave="w2", answers={"q": 2}, customer_id=an_id("a"))
    told.events(survey("s", "q"), customer("a"), first)
    told.events(second)
    told.events(first, second)
    assert _index(scoring) == (1, 25.0)
    last = scoring.recorded(IndexEstimated)[-1]
    assert [(wave.wave, wave.n) for wave in last.waves] == [("w1", 0), ("w2", 1)]
    score = scoring.client.get(f"/v1/scores/{an_id('a')}").json()
    assert score["satisfaction"] == {"index": 25.0, "n": 1}


def test_an_answer_that_loses_its_items_counts_nowhere(scoring: Running, told: Told) -> None:
    first = response("r1", "s", "a", {"q": 5})
    told.events(survey("s", "q"), customer("a"), first)
    told.events(replace(first, version=2, answers={"visits": 3}))
    assert _index(scoring) == (0, None)
    assert scoring.client.get(f"/v1/scores/{an_id('a')}").json()["satisfaction"] is None


def test_a_survey_with_another_item_measures_its_answers_anew(scoring: Running, told: Told) -> None:
    told.events(survey("s", "q"), customer("a"), response("r1", "s", "a", {"q": 5, "p": 1}))
    told.events(survey("s", "q", "p", version=2))
    told.events(survey("s", "q"))
    assert _index(scoring) == (1, 50.0)
    score = scoring.client.get(f"/v1/scores/{an_id('a')}").json()
    assert score["satisfaction"] == {"index": 50.0, "n": 2}
    with scoring.database.reading() as session:
        settings: Any = scoring.settings
        assert list(differences(session, settings)) == []


def test_an_anonymous_answer_counts_in_the_index(scoring: Running, told: Told) -> None:
    told.events(survey("s", "q", missing=[5]), response("r1", "s", None, {"q": 4}))
    told.events(response("r2", "s", None, {"q": 5}))
    assert _index(scoring) == (1, 75.0)


EVENTS = [
    survey("s", "q"),
    survey("s", "q", "p", version=2),
    response("r", "s", "a", {"q": 5, "p": 3}),
    response("r", "s", "a", {"q": 2, "p": 3}, version=2, wave="w2"),
]


@pytest.mark.parametrize("order", [*permutations(range(4))], ids=str)
def test_the_order_of_arrival_changes_nothing(
    scoring: Running, told: Told, order: tuple[int, ...]
) -> None:
    for batches in ([[EVENTS[i]] for i in order], [[EVENTS[i] for i in order]]):
        empty(scoring.database)
        told.events(customer("a"))
        for batch in batches:
            told.events(*batch)
        assert _index(scoring) == (1, 37.5)
        score = scoring.client.get(f"/v1/scores/{an_id('a')}").json()
        assert score["satisfaction"] == {"index": 37.5, "n": 2}
