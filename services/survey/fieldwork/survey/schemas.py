"""Bodies of surveys and waves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from pydantic import ConfigDict, Field, StringConstraints

from services.survey.design.questionnaire.schemas import LocalizedText, TextUpdate
from services.survey.fieldwork.survey.domain import State, sign_link
from services.survey.fieldwork.survey.models import Survey, Wave
from shared.http.patch import patched
from shared.http.schemas import Body, Integer, Page

WaveCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$"),
    Field(description="Name of a wave in answers and figures.", examples=["2026-H1"]),
]
SurveyId = Annotated[UUID, Path(description="The survey's id.")]
Version = Annotated[Integer, Field(ge=1, le=10**9)]
Target = Annotated[Integer, Field(ge=1, le=10**9, description="Answers that are wanted.")]

_QUESTIONNAIRE = "0199a7c0-0000-7000-8000-000000000021"
_TITLE = {"zh": "2026 年满意度调研", "en": "Satisfaction 2026"}
_NEW: dict[str, Any] = {
    "questionnaire_id": _QUESTIONNAIRE,
    "title": _TITLE,
    "wave": "2026-H1",
    "target": 400,
}
_PATCH: dict[str, Any] = {"title": {"zh": "2026 年客户满意度调研", "en": "Satisfaction 2026"}}
_NEW_WAVE: dict[str, Any] = {"code": "2026-H2", "target": 400}
_WAVE: dict[str, Any] = {
    "code": "2026-H1",
    "questionnaire_id": _QUESTIONNAIRE,
    "questionnaire_version": 1,
    "target": 400,
    "opened_at": "2026-01-31T01:30:00Z",
    "closed_at": None,
    "link": "/s/AZmnwAAAcACAAAAAAAAAIg.3q2-7wAAAAAAAAAAAAAAAA",
}
_SURVEY: dict[str, Any] = {
    "id": "0199a7c0-0000-7000-8000-000000000018",
    "version": 2,
    "title": _TITLE,
    "state": "published",
    "waves": [_WAVE],
    "items": [
        {
            "code": "appearance",
            "type": "matrix",
            "role": "satisfaction",
            "least": 1,
            "most": 5,
            "missing": [0],
        }
    ],
    "created_at": "2026-01-31T01:30:00Z",
    "published_at": "2026-01-31T02:00:00Z",
    "closed_at": None,
}

_SHOWN = "Names the survey in lists and results. Respondents see the title of the questionnaire."


class SurveyCreate(Body):
    """A survey (满意度调研) to prepare, with its first wave."""

    model_config = ConfigDict(json_schema_extra={"examples": [_NEW]})

    questionnaire_id: UUID = Field(description="A questionnaire that has been published.")
    questionnaire_version: Version | None = Field(
        None, description="A published version; without it the newest one."
    )
    title: LocalizedText | None = Field(
        None, description=f"{_SHOWN} Without it that of the questionnaire is taken."
    )
    wave: WaveCode = "1"
    target: Target | None = None


class _Changeable(Body):
    title: LocalizedText


class SurveyUpdate(Body):
    """What can be changed of a survey: a JSON Merge Patch (RFC 7396).

    A language of the title that is absent stays, null removes it.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_PATCH]})

    title: TextUpdate | None = Field(None, description=f"{_SHOWN} Cannot be removed.")

    def applied_to(self, title: Mapping[str, str]) -> dict[str, str]:
        """Give the title that results; Invalid where nothing is left of it."""
        whole = patched(_Changeable, {"title": title}, self)
        return whole.title.model_dump(exclude_none=True)


class WaveCreate(Body):
    """Another round (wave, 调研批次) of a survey."""

    model_config = ConfigDict(json_schema_extra={"examples": [_NEW_WAVE]})

    code: WaveCode
    questionnaire_id: UUID | None = Field(
        None, description="Without it the questionnaire of the wave before."
    )
    questionnaire_version: Version | None = Field(
        None, description="A published version; without it the newest one."
    )
    target: Target | None = None


class WaveOut(Body):
    """One round (wave, 调研批次) of a survey."""

    model_config = ConfigDict(json_schema_extra={"examples": [_WAVE]})

    code: str
    questionnaire_id: UUID
    questionnaire_version: int
    target: int | None
    opened_at: datetime
    closed_at: datetime | None
    link: str = Field(
        description="Path of the respondents' page (答卷页), open once the survey is published. "
        "Anybody who has it can answer, any number of times; one page sent twice counts once. To "
        "hold somebody to one answer a wave, name them: POST /v1/surveys/{survey_id}/responses."
    )


class CatalogueItemOut(Body):
    """An item that the survey asks: the name of its answers and what they may be."""

    code: str
    type: str
    role: str
    least: int | float | None
    most: int | float | None
    missing: list[int | float | str] = Field(description="Codes that count as no answer.")


class SurveyOut(Body):
    """A survey with its waves and the items that they ask."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SURVEY]})

    id: UUID
    version: int = Field(description="Grows with every change; the ETag is this.")
    title: LocalizedText = Field(description=_SHOWN)
    state: State = Field(description="Only a published one takes answers.")
    waves: list[WaveOut]
    items: list[CatalogueItemOut]
    created_at: datetime
    published_at: datetime | None
    closed_at: datetime | None


class SurveyPage(Page[SurveyOut]):
    """A page of surveys."""


class WavePage(Page[WaveOut]):
    """The waves of a survey."""


def wave_out(wave: Wave, key: bytes) -> WaveOut:
    """Present a wave."""
    return WaveOut(
        code=wave.code,
        questionnaire_id=wave.questionnaire_id,
        questionnaire_version=wave.questionnaire_version,
        target=wave.target,
        opened_at=wave.opened_at,
        closed_at=wave.closed_at,
        link=f"/s/{sign_link(key, wave.id)}",
    )


def survey_out(survey: Survey, waves: Sequence[Wave], key: bytes) -> SurveyOut:
    """Present a survey."""
    return SurveyOut(
        id=survey.id,
        version=survey.version,
        title=LocalizedText(**survey.title),
        state=State(survey.state),
        waves=[wave_out(wave, key) for wave in waves],
        items=[CatalogueItemOut(**item) for item in survey.items],
        created_at=survey.created_at,
        published_at=survey.published_at,
        closed_at=survey.closed_at,
    )
