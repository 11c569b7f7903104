"""P9: stored figures equal those computed again from the facts."""

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
    settings: Any = scoring.settings
    with scoring.database.reading() as session:
        return list(differences(session, settings))


def _history(random: Random) -> Iterator[Any]:
    """Yield events of customers, of random orders in several versions, and of random answers."""
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
    found = []
    for size in (1, 7, len(events)):
        empty(scoring.database)
        for start in range(0, len(events), size):
            worker.handle(*events[start : start + size])
        worker.settle()
        assert _differences(scoring) == []
        found.append(_figures(scoring))
        random.shuffle(events)
    assert found[0] == found[1] == found[2]


def test_a_wrong_stored_figure_is_reported(scoring: Running, worker: Worker) -> None:
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
    found = _differences(scoring)
    assert found[0] == f"score {id_of('a')} value_points: stored 2, computed 1.00000"
    assert found[1] == f"class {id_of('a')}: stored B, computed A"
    assert found[2].startswith(f"index {id_of('s')}: stored Sums(n=3")


def test_the_command_recompute_fails_on_a_difference(
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


def test_events_that_were_written_as_json_are_read_and_handled_as_before(worker: Worker) -> None:
    """A rebuild reads JSON from the log, not the objects that were published."""
    for event in _history(Random(1)):
        kind: type[Any] = type(event)
        read = adapter(kind).validate_json(adapter(kind).dump_json(event))
        worker.handle(read)
        assert read == event
