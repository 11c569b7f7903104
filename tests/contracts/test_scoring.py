"""What the scoring service tells, byte for byte: others read it, so it only grows."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.catalogue import contract_of
from shared.contracts.scoring import (
    ClassChanged,
    Excluded,
    IndexEstimated,
    RungChanged,
    Satisfaction,
    ScoreChanged,
    ScoreState,
    WaveIndex,
)
from shared.messaging.envelope import adapter

GOLDEN = Path(__file__).parent / "scoring"
CUSTOMER = UUID("0199a7c0-0000-7000-8000-000000000001")
SURVEY = UUID("0199a7c0-0000-7000-8000-000000000002")
MODEL = UUID("0199a7c0-0000-7000-8000-000000000003")
MOMENT = datetime(2026, 2, 20, 2, 30, tzinfo=UTC)

SCORE: dict[str, Any] = {
    "customer_id": CUSTOMER,
    "version": 4,
    "recorded_at": MOMENT,
    "as_of": date(2026, 2, 20),
    "model_id": MODEL,
    "model_version": 1,
    "currency": "CNY",
    "value_points": "0.0000001",
    "revenue": "0.01",
    "purchase_days": 1,
    "rung": "first_time",
    "silent": False,
    "satisfaction": Satisfaction(index=87.5, n=2),
    "excluded": [Excluded(currency="USD", facts=2, amount="1111.05")],
}
CHANGE: dict[str, Any] = {"customer_id": CUSTOMER, "version": 4, "recorded_at": MOMENT}
EXAMPLES = {
    "score.changed": ScoreChanged(**SCORE),
    "score.state": ScoreState(**SCORE, customer_class="C"),
    "rung.changed": RungChanged(**CHANGE, before=None, rung="first_time"),
    "class.changed": ClassChanged(**CHANGE, before="B", customer_class="C"),
    "index.estimated": IndexEstimated(
        survey_id=SURVEY,
        version=2,
        recorded_at=MOMENT,
        n=2,
        index=75.0,
        low=-242.65511843,
        high=392.65511843,
        waves=[
            WaveIndex(wave="2025", n=1, index=100.0, low=None, high=None),
            WaveIndex(wave="2026", n=1, index=50.0, low=None, high=None),
        ],
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_is_written_as_it_always_was(name: str) -> None:
    example = EXAMPLES[name]
    written = adapter(type(example)).dump_json(example, indent=2).decode() + "\n"
    assert written == (GOLDEN / f"{name}.v1.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_was_ever_written_can_be_read(name: str) -> None:
    example = EXAMPLES[name]
    golden = (GOLDEN / f"{name}.v1.json").read_bytes()
    assert adapter(type(example)).validate_json(golden) == example


@pytest.mark.parametrize(
    ("kind", "topic", "key"),
    [
        (ScoreChanged, "patron.scoring.score.events.v1", "customer_id"),
        (RungChanged, "patron.scoring.score.events.v1", "customer_id"),
        (ClassChanged, "patron.scoring.score.events.v1", "customer_id"),
        (ScoreState, "patron.scoring.score.state.v1", "customer_id"),
        (IndexEstimated, "patron.scoring.index.events.v1", "survey_id"),
    ],
)
def test_each_travels_on_the_topic_of_its_aggregate(kind: type, topic: str, key: str) -> None:
    contract = contract_of(kind)
    assert (contract.topic, contract.key) == (topic, key)


def test_points_are_written_without_an_exponent() -> None:
    assert b'"value_points":"0.0000001"' in adapter(ScoreChanged).dump_json(
        EXAMPLES["score.changed"]
    )
