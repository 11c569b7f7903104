"""What the survey service tells: surveys with their items, and coded answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from shared.contracts.catalogue import event, state

Answer: TypeAlias = int | float | str | list[str]
"""A point of a scale or a number, the code of an option, or the codes of several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A title in Chinese, English or both."""

    zh: str | None = None
    en: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """One round of a survey; it pins the version of the questionnaire that it asks."""

    code: str
    questionnaire_id: UUID
    questionnaire_version: int
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueItem:
    """What one needs to know to use the answers to an item.

    An answer that is one of `missing` counts as none. `least` and `most` are the ends of the scale.
    """

    code: str
    type: str
    role: str
    least: int | float | None = None
    most: int | float | None = None
    missing: list[int | float | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyFacts:
    """A survey as it now stands; its items are those of all its waves."""

    survey_id: UUID
    version: int
    recorded_at: datetime
    title: Title
    waves: list[Wave]
    items: list[CatalogueItem]


@event("survey.published", topic="survey.survey", key="survey_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyPublished(SurveyFacts):
    """A survey takes answers from now on, or has another wave: the facts replace those before."""


@event("survey.closed", topic="survey.survey", key="survey_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyClosed(SurveyFacts):
    """A survey takes no more answers."""


@state("survey.state", topic="survey.survey", key="survey_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyState(SurveyFacts):
    """A survey as it now stands, for those who mirror it: draft ones are not told."""

    state: str
    published_at: datetime
    closed_at: datetime | None = None


@event("response.submitted", topic="survey.response", key="response_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseSubmitted:
    """Somebody answered; a higher version replaces it, say when the customer became known."""

    response_id: UUID
    version: int
    recorded_at: datetime
    survey_id: UUID
    wave: str
    customer_id: UUID | None
    channel: str
    submitted_at: datetime
    answers: dict[str, Answer]


@state("response.state", topic="survey.response", key="response_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseState:
    """The open answers of a response that has any: only here, so that a tombstone erases them."""

    response_id: UUID
    version: int
    recorded_at: datetime
    survey_id: UUID
    wave: str
    open_answers: dict[str, str]
