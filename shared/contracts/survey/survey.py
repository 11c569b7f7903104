"""Events of surveys, with their waves and items."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.catalogue import event, state


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A title in Chinese, English or both."""

    zh: str | None = None
    en: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """A round of a survey, with the version of the questionnaire that it asks."""

    code: str
    questionnaire_id: UUID
    questionnaire_version: int
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueItem:
    """The data of a question that is needed to use the answers to it.

    `least` and `most` are the ends of its scale; an answer that is in `missing` is not counted.
    """

    code: str
    type: str
    role: str
    least: int | float | None = None
    most: int | float | None = None
    missing: list[int | float | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyFacts:
    """The data of a survey; its items are those of all its waves."""

    survey_id: UUID
    version: int
    recorded_at: datetime
    title: Title
    waves: list[Wave]
    items: list[CatalogueItem]


@event("survey.published", topic="survey.survey", key="survey_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyPublished(SurveyFacts):
    """A survey was published or got a new wave; the data replaces that of earlier events."""


@event("survey.closed", topic="survey.survey", key="survey_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyClosed(SurveyFacts):
    """A survey was closed and accepts no more responses."""


@state("survey.state", topic="survey.survey", key="survey_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyState(SurveyFacts):
    """The current record of a survey, for services that copy it; drafts are not published."""

    state: str
    published_at: datetime
    closed_at: datetime | None = None
