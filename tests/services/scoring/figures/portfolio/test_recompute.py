"""Stored figures equal figures computed from facts (promise P9 in docs/promises.md)."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import update

from services.scoring.figures.portfolio.recompute import differences, recompute
from services.scoring.figures.satisfaction_index.models import WaveSums
from services.scoring.figures.score.models import StoredScore
from shared.messaging.envelope import adapter
from tests.services.harness import Running, empty
from tests.services.scoring.publishing import (
    Worker,
    customer,
    id_of,
    order,
    order_line,
    response,
    survey,
)

START = date(2024, 1, 1)
NAMES = ["a", "b", "c", "d", "e", None]


def _differences(scoring: Running) -> list[str]:
    """Return the lines that the command `recompute` prints."""
    settings: Any = scoring.settings
    with scoring.database.reading() as session:
        return list(differences(session, settings))


def _history(random: Random) -> Iterator[Any]:
    """Yield events of a survey, customers, random orders with 1 to 3 versions, and responses."""
    yield survey("s", "q", "p")
    yield from (customer(name) for name in NAMES if name)
    for number in range(60):
        for version in range(1, random.randint(1, 3) + 1):
            lines = [
                order_line(str(random.choice([-2, -1, 1, 2, 3])), f"{random.randint(0, 99999)}.15")
                for _ in range(random.randint(1, 3))
            ]
            yield order(
                f"o{number}",
                random.choice(NAMES),
                START + timedelta(days=random.randint(0, 900)),
                *lines,
                version=version,
                currency=random.choice(["CNY", "CNY", "USD"]),
            )
        if number % 3 == 0:
            answers = {"q": random.randint(1, 5), "p": random.randint(1, 5)}
            yield response(f"r{number}", "s", random.choice(NAMES), answers)


def _figures(scoring: Running) -> list[Any]:
    """Return all figures that the API shows, without the times of their computation."""
    items = scoring.client.get("/v1/scores").json()["items"]
    for item in items:
        del item["made_at"]
    ladder = scoring.client.get("/v1/portfolio/ladder").json()
    abc = scoring.client.get("/v1/portfolio/abc").json()
    return [items, ladder["rungs"], ladder["excluded"], abc["classes"], abc["gini"]]


@pytest.mark.parametrize("seed", range(3))
def test_the_same_events_in_any_order_and_any_batches_give_the_same_figures(
    scoring: Running, worker: Worker, seed: int
) -> None:
    random = Random(seed)
    events = list(_history(random))
    results = []
    for batch_size in (1, 7, len(events)):
        empty(scoring.database)
        for start in range(0, len(events), batch_size):
            worker.handle(*events[start : start + batch_size])
        worker.settle()
        assert _differences(scoring) == []
        results.append(_figures(scoring))
        random.shuffle(events)
    assert results[0] == results[1] == results[2]


def test_each_wrong_stored_figure_is_reported(scoring: Running, worker: Worker) -> None:
    worker.handle(
        customer("a"),
        order("1", "a", START, ("1", "100000")),
        survey("s", "q"),
        response("r", "s", "a", {"q": 5}),
    )
    worker.settle()
    with scoring.database.transaction() as session:
        session.execute(update(StoredScore).values(value_points=Decimal(2), customer_class="B"))
        session.execute(update(WaveSums).values(n=3))
    lines = _differences(scoring)
    assert lines[0] == f"score {id_of('a')} value_points: stored 2, computed 1.00000"
    assert lines[1] == f"class {id_of('a')}: stored B, computed A"
    assert lines[2].startswith(f"index {id_of('s')}: stored IndexSums(n=3")


def test_the_command_recompute_exits_with_an_error_if_a_figure_differs(
    scoring: Running, worker: Worker, capsys: pytest.CaptureFixture[str]
) -> None:
    settings: Any = scoring.settings
    worker.handle(customer("a"), order("1", "a", START, ("1", "100000")))
    recompute(settings)
    assert capsys.readouterr().out == "0 differences\n"
    with scoring.database.transaction() as session:
        session.execute(update(StoredScore).values(rung="client"))
    with pytest.raises(SystemExit):
        recompute(settings)
    assert "rung: stored client, computed inactive" in capsys.readouterr().out


def test_events_written_as_json_and_read_again_are_equal_and_can_be_handled(worker: Worker) -> None:
    """When figures are rebuilt, events are read from the log as JSON."""
    for event in _history(Random(1)):
        event_class: type[Any] = type(event)
        copy = adapter(event_class).validate_json(adapter(event_class).dump_json(event))
        worker.handle(copy)
        assert copy == event
