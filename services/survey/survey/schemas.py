"""Bodies of surveys and waves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.survey.questionnaire.schemas import TextBody
from services.survey.survey.domain import State, sign_link
from services.survey.survey.models import Survey, Wave
from shared.http.schemas import Body, Integer, Page

WaveCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$"),
    Field(description="Name of a wave in answers and figures.", examples=["2026-H1"]),
]
Version = Annotated[Integer, Field(ge=1, le=10**9)]
Target = Annotated[Integer, Field(ge=1, le=10**9, description="Answers that are wanted.")]


class NewSurvey(Body):
    """A survey to prepare, with its first wave."""

    questionnaire_id: UUID
    questionnaire_version: Version | None = Field(
        None, description="A published version; without it the newest one."
    )
    title: TextBody | None = Field(None, description="Without it that of the questionnaire.")
    wave: WaveCode = "1"
    target: Target | None = None


class SurveyPatch(Body):
    """What can be changed of a survey (JSON Merge Patch)."""

    title: TextBody


class NewWave(Body):
    """Another round of a survey."""

    code: WaveCode
    questionnaire_id: UUID | None = Field(
        None, description="Without it the questionnaire of the wave before."
    )
    questionnaire_version: Version | None = Field(
        None, description="A published version; without it the newest one."
    )
    target: Target | None = None


class WaveBody(Body):
    """One round of a survey."""

    code: str
    questionnaire_id: UUID
    questionnaire_version: int
    target: int | None
    opened_at: datetime
    closed_at: datetime | None
    link: str = Field(description="Path of the respondent's page, open once it is published.")


class ItemBody(Body):
    """An item that the survey asks: the name of its answers and what they may be."""

    code: str
    type: str
    role: str
    least: int | float | None
    most: int | float | None
    missing: list[int | float | str] = Field(description="Codes that count as no answer.")


class SurveyBody(Body):
    """A survey with its waves and the items that they ask."""

    id: UUID
    version: int = Field(description="Grows with every change; the ETag is this.")
    title: TextBody
    state: State
    waves: list[WaveBody]
    items: list[ItemBody]
    created_at: datetime
    published_at: datetime | None
    closed_at: datetime | None


class SurveyPage(Page[SurveyBody]):
    """A page of surveys."""


class WavePage(Page[WaveBody]):
    """The waves of a survey."""


def wave_body(wave: Wave, key: bytes) -> WaveBody:
    """Present a wave."""
    return WaveBody(
        code=wave.code,
        questionnaire_id=wave.questionnaire_id,
        questionnaire_version=wave.questionnaire_version,
        target=wave.target,
        opened_at=wave.opened_at,
        closed_at=wave.closed_at,
        link=f"/s/{sign_link(key, wave.id)}",
    )


def survey_body(survey: Survey, waves: Sequence[Wave], key: bytes) -> SurveyBody:
    """Present a survey."""
    return SurveyBody(
        id=survey.id,
        version=survey.version,
        title=TextBody(**survey.title),
        state=State(survey.state),
        waves=[wave_body(wave, key) for wave in waves],
        items=[ItemBody(**item) for item in survey.items],
        created_at=survey.created_at,
        published_at=survey.published_at,
        closed_at=survey.closed_at,
    )
