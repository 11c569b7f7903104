"""Events of surveys, with the waves and items of the survey."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from shared.contracts.catalogue import event, state
from shared.contracts.description import Doc
from shared.contracts.fields import Moment, RecordedAt, SurveyId, Version


class QuestionType(StrEnum):
    """The types of questions; the rows of a matrix are Likert items (李克特量表) on one scale."""

    MATRIX = "matrix"
    RATING = "rating"
    NPS = "nps"
    SINGLE = "single"
    MULTIPLE = "multiple"
    NUMBER = "number"
    TEXT = "text"


class ItemRole(StrEnum):
    """The construct that an item measures.

    The satisfaction index is computed from the answers to the items with the role `satisfaction`.
    """

    SATISFACTION = "satisfaction"
    EXPECTATION = "expectation"
    QUALITY = "quality"
    VALUE = "value"
    COMPLAINT = "complaint"
    LOYALTY = "loyalty"
    RECOMMEND = "recommend"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A title in Chinese, English or both."""

    zh: Annotated[
        Annotated[str, Doc("Title.", "客户满意度")] | None,
        Doc("Title in Chinese; null without one."),
    ] = None
    en: Annotated[
        Annotated[str, Doc("Title.", "Customer satisfaction")] | None,
        Doc("Title in English; null without one."),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """A wave (round) of a survey, which uses one version of a questionnaire."""

    code: Annotated[str, Doc("Code of the wave, unique in the survey.", "2026")]
    questionnaire_id: Annotated[
        UUID, Doc("Id of the questionnaire.", "0199a7c0-0000-7000-8000-000000000012")
    ]
    questionnaire_version: Annotated[
        int, Doc("Version of the questionnaire that respondents see.", 1, minimum=1)
    ]
    opened_at: Annotated[
        Moment | None, Doc("When the wave was opened, in UTC; null in old events.")
    ] = None
    closed_at: Annotated[
        Moment | None,
        Doc("When the wave was closed, in UTC; null while it is open.", examples=[None]),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueItem:
    """An item in the catalogue of a survey, the list of all items that its waves ask about.

    An event contains what a consumer needs to know to interpret the answers to an item.
    """

    code: Annotated[str, Doc("Code of the item: the name of its answers.", "appearance")]
    type: Annotated[
        str, Doc("Type of the question to which the item belongs.", "matrix", values=QuestionType)
    ]
    role: Annotated[
        str, Doc("The construct that the item measures.", "satisfaction", values=ItemRole)
    ]
    least: Annotated[
        int | float | None, Doc("Lowest value of an answer; null without a scale or limit.", 1)
    ] = None
    most: Annotated[
        int | float | None, Doc("Highest value of an answer; null without a scale or limit.", 5)
    ] = None
    missing: Annotated[
        list[int | float | str], Doc("Answers that count as no answer.", ["unknown"])
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyFacts:
    """The fields of every event of a survey; `items` has the items of all waves."""

    survey_id: SurveyId
    version: Version
    recorded_at: RecordedAt
    title: Annotated[Title, Doc("Title of the survey.")]
    waves: Annotated[list[Wave], Doc("All waves of the survey.")]
    items: Annotated[
        list[CatalogueItem], Doc("Items of all waves: how their answers are interpreted.")
    ]


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

    state: Annotated[
        str,
        Doc("Whether the survey takes responses.", "published", values=["published", "closed"]),
    ]
    published_at: Annotated[Moment, Doc("When the survey was published, in UTC.")]
    closed_at: Annotated[
        Moment | None,
        Doc("When the survey was closed, in UTC; null while it is published.", examples=[None]),
    ] = None
