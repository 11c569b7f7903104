"""Events of surveys, with the waves and items of the survey."""

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
    """A wave (round) of a survey, which uses one version of a questionnaire."""

    code: str
    questionnaire_id: UUID
    questionnaire_version: int
    opened_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueItem:
    """An item in the catalogue of a survey, the list of all items that its waves ask about.

    An event contains what a consumer needs to know to interpret the answers to an item.
    `least` and `most` are the ends of the item's scale; an answer that is listed in `missing`
    counts as no answer. `role` is the construct that the item measures, such as `satisfaction`.
    """

    code: str
    type: str
    role: str
    least: int | float | None = None
    most: int | float | None = None
    missing: list[int | float | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyFacts:
    """The fields of every event of a survey; `items` has the items of all waves."""

    survey_id: UUID
    version: int
    recorded_at: datetime
    title: Title
    waves: list[Wave]
    items: list[CatalogueItem]


@event("survey.published", topic="survey.survey", key="survey_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyPublished(SurveyFacts):
    """A survey was published, or has changed since: its title, or its waves.

    The fields replace the fields of all earlier events of the survey.
    """


@event("survey.closed", topic="survey.survey", key="survey_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyClosed(SurveyFacts):
    """A survey was closed and accepts no more responses."""


@state("survey.state", topic="survey.survey", key="survey_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyState(SurveyFacts):
    """The latest version of a survey, for services that copy it; a draft has no state."""

    state: str
    published_at: datetime
    closed_at: datetime | None = None
