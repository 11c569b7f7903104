"""What the survey service tells, byte for byte: others read it, so it only grows."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.catalogue import contract_of
from shared.contracts.survey import (
    CatalogueItem,
    ResponseState,
    ResponseSubmitted,
    SurveyClosed,
    SurveyPublished,
    SurveyState,
    Title,
    Wave,
)
from shared.messaging.envelope import adapter

GOLDEN = Path(__file__).parent / "survey"
SURVEY = UUID("0199a7c0-0000-7000-8000-000000000001")
QUESTIONNAIRE = UUID("0199a7c0-0000-7000-8000-000000000002")
RESPONSE = UUID("0199a7c0-0000-7000-8000-000000000003")
CUSTOMER = UUID("0199a7c0-0000-7000-8000-000000000004")
MOMENT = datetime(2026, 2, 20, 2, 30, tzinfo=UTC)

FACTS: dict[str, Any] = {
    "survey_id": SURVEY,
    "version": 3,
    "recorded_at": MOMENT,
    "title": Title(zh="客户满意度", en="Customer satisfaction"),
    "waves": [
        Wave(code="2025", questionnaire_id=QUESTIONNAIRE, questionnaire_version=1, closed=True),
        Wave(code="2026", questionnaire_id=QUESTIONNAIRE, questionnaire_version=2),
    ],
    "items": [
        CatalogueItem(
            code="appearance", type="matrix", role="satisfaction", least=1, most=5, missing=[0]
        ),
        CatalogueItem(code="bought", type="single", role="other", missing=["unknown"]),
        CatalogueItem(code="people", type="number", role="other", least=0.5, most=None, missing=[]),
    ],
}
ANSWERED: dict[str, Any] = {
    "response_id": RESPONSE,
    "version": 2,
    "recorded_at": MOMENT,
    "survey_id": SURVEY,
    "wave": "2026",
}
EXAMPLES = {
    "survey.published": SurveyPublished(**FACTS),
    "survey.closed": SurveyClosed(**FACTS),
    "survey.state": SurveyState(**FACTS, state="published", published_at=MOMENT),
    "response.submitted": ResponseSubmitted(
        **ANSWERED,
        customer_id=CUSTOMER,
        channel="web",
        submitted_at=MOMENT,
        answers={"appearance": 5, "bought": "recent", "bought_at": ["shop"], "people": 2.5},
    ),
    "response.state": ResponseState(**ANSWERED, open_answers={"wish": "便宜一点"}),
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
        (SurveyPublished, "patron.survey.survey.events.v1", "survey_id"),
        (SurveyClosed, "patron.survey.survey.events.v1", "survey_id"),
        (SurveyState, "patron.survey.survey.state.v1", "survey_id"),
        (ResponseSubmitted, "patron.survey.response.events.v1", "response_id"),
        (ResponseState, "patron.survey.response.state.v1", "response_id"),
    ],
)
def test_each_travels_on_the_topic_of_its_aggregate(kind: type, topic: str, key: str) -> None:
    contract = contract_of(kind)
    assert (contract.topic, contract.key) == (topic, key)


def test_numbers_keep_their_kind() -> None:
    """A 5 stays whole and a 2.5 does not become 2: figures of others rest on it."""
    example = EXAMPLES["response.submitted"]
    read = adapter(ResponseSubmitted).validate_json(adapter(ResponseSubmitted).dump_json(example))
    assert [type(value) for value in read.answers.values()] == [int, str, list, float]
