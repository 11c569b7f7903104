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
