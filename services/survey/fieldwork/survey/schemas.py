"""Request and response bodies of surveys and waves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Path
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from services.survey.design.questionnaire.schemas import LocalizedText, LocalizedTextUpdate
from services.survey.fieldwork.survey.domain import SurveyState, sign_link_token
from services.survey.fieldwork.survey.models import Survey, Wave
from shared.contracts.survey.survey import ItemRole, QuestionType
from shared.errors import InvalidValue
from shared.faults import INVISIBLE
from shared.http.patch import patched
from shared.http.schemas import Body, FacetedPage, Integer, Page
from shared.texts import is_visible


def _refuse_invisible(title: LocalizedText) -> LocalizedText:
    """Return the title; raises InvalidValue if a language of it has no visible character."""
    if not all(is_visible(text) for text in (title.zh, title.en) if text is not None):
        raise InvalidValue(INVISIBLE)
    return title


VisibleTitle = Annotated[LocalizedText, AfterValidator(_refuse_invisible)]
"""The title of a survey in requests; a stored title is answered whatever its characters are."""

WaveCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$"),
    Field(
        description="Code of a wave: the name of the wave in responses and figures.",
        examples=["2026-H1"],
    ),
]
SurveyId = Annotated[UUID, Path(description="The survey's id.")]
Version = Annotated[Integer, Field(ge=1, le=10**9)]
Target = Annotated[
    Integer, Field(ge=1, le=10**9, description="Number of responses that the company aims for.")
]

_QUESTIONNAIRE = "0199a7c0-0000-7000-8000-000000000021"
_TITLE = {"zh": "2026 年满意度调研", "en": "Satisfaction 2026"}
_CREATE: dict[str, Any] = {
    "questionnaire_id": _QUESTIONNAIRE,
    "title": _TITLE,
    "wave": "2026-H1",
    "target": 400,
}
_UPDATE: dict[str, Any] = {"title": {"zh": "2026 年客户满意度调研", "en": "Satisfaction 2026"}}
_WAVE_CREATE: dict[str, Any] = {"code": "2026-H2", "target": 400}
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

_TITLE_DESCRIPTION = (
    "Name of the survey in lists and results. Respondents see the title of the questionnaire."
)


class SurveyCreate(Body):
    """A new survey (满意度调研) with its first wave."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CREATE]})

    questionnaire_id: UUID = Field(
        description="Id of a questionnaire that has a published version."
    )
    questionnaire_version: Version | None = Field(
        None,
        description="Number of a published version. The default is the newest published version.",
    )
    title: VisibleTitle | None = Field(
        None, description=f"{_TITLE_DESCRIPTION} The default is the title of the questionnaire."
    )
    wave: WaveCode = "1"
    target: Target | None = None


class _ChangeableFields(Body):
    title: VisibleTitle


class SurveyUpdate(Body):
    """A JSON Merge Patch (RFC 7396) of a survey.

    An absent language of the title stays as it is; null removes the language.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_UPDATE]})

    title: LocalizedTextUpdate | None = Field(
        None, description=f"{_TITLE_DESCRIPTION} The title cannot be removed."
    )

    def applied_to(self, title: Mapping[str, str]) -> dict[str, str]:
        """Return the title in each language after this update; raise Invalid if none is left."""
        changed = patched(_ChangeableFields, {"title": title}, self)
        return changed.title.model_dump(exclude_none=True)


class WaveCreate(Body):
    """A new wave (round, 调研批次) of a survey."""

    model_config = ConfigDict(json_schema_extra={"examples": [_WAVE_CREATE]})

    code: WaveCode
    questionnaire_id: UUID | None = Field(
        None, description="The default is the questionnaire of the previous wave."
    )
    questionnaire_version: Version | None = Field(
        None,
        description="Number of a published version. The default is the newest published version.",
    )
    target: Target | None = None


class WaveOut(Body):
    """A wave (round, 调研批次) of a survey."""

    model_config = ConfigDict(json_schema_extra={"examples": [_WAVE]})

    code: str
    questionnaire_id: UUID
    questionnaire_version: int
    target: int | None
    opened_at: datetime
    closed_at: datetime | None
    link: str = Field(
        description="Path of the wave's page for respondents (答卷页), which is open while the "
        "survey is published. Anybody who has the link can answer anonymously, any number of "
        "times; a page that is sent twice is one response. To allow each customer one response per "
        "wave, invite the customers (POST /v1/surveys/{survey_id}/invitations), or submit the "
        "responses with the customer to POST /v1/surveys/{survey_id}/responses."
    )


class CatalogueItemOut(Body):
    """An item of the survey: the code of its answers, and the values that answers can have."""

    code: str
    type: QuestionType
    role: ItemRole
    least: int | float | None
    most: int | float | None
    missing: list[int | float | str] = Field(description="Values that count as no answer.")


class SurveyOut(Body):
    """A survey with its waves, and with the items of all waves."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SURVEY]})

    id: UUID
    version: int = Field(
        description="A number that every change of the survey or a wave raises; it is the ETag."
    )
    title: LocalizedText = Field(description=_TITLE_DESCRIPTION)
    state: SurveyState = Field(
        description="State of the survey; only a published one takes responses."
    )
    waves: list[WaveOut]
    items: list[CatalogueItemOut]
    created_at: datetime
    published_at: datetime | None
    closed_at: datetime | None


class SurveyPage(FacetedPage[SurveyOut]):
    """A page of surveys."""


class WavePage(Page[WaveOut]):
    """All waves of a survey."""


# Stored answers have no `link`, because it is a secret. While a new release is installed, the
# release before sends stored answers as they are: callers notice a missing link, not a wrong one.
WAVE_WITHOUT_LINK: Final = dict.fromkeys(WaveOut.model_fields.keys() - {"link"}, True)
"""The fields of a wave that are stored for the retry of a POST."""
SURVEY_WITHOUT_LINKS: Final[dict[str, Any]] = {
    **dict.fromkeys(SurveyOut.model_fields, True),
    "waves": {"__all__": WAVE_WITHOUT_LINK},
}
"""The fields of a survey that are stored for the retry of a POST."""


def link_to(wave: Wave, key: bytes) -> str:
    """Return the path of the page of a wave; `key` is the secret that signs it."""
    return f"/s/{sign_link_token(key, wave.id)}"


def wave_out(wave: Wave, key: bytes) -> WaveOut:
    """Return the response body for a wave; `key` is the secret that signs its link."""
    return WaveOut(
        code=wave.code,
        questionnaire_id=wave.questionnaire_id,
        questionnaire_version=wave.questionnaire_version,
        target=wave.target,
        opened_at=wave.opened_at,
        closed_at=wave.closed_at,
        link=link_to(wave, key),
    )


def survey_out(survey: Survey, waves: Sequence[Wave], key: bytes) -> SurveyOut:
    """Return the response body for a survey and its waves; `key` is the secret that signs links."""
    return SurveyOut(
        id=survey.id,
        version=survey.version,
        title=LocalizedText(**survey.title),
        state=SurveyState(survey.state),
        waves=[wave_out(wave, key) for wave in waves],
        items=[CatalogueItemOut(**item) for item in survey.items],
        created_at=survey.created_at,
        published_at=survey.published_at,
        closed_at=survey.closed_at,
    )


def wave_with_link(stored: Mapping[str, Any], links: Mapping[str, str]) -> WaveOut:
    """Return the response body for a stored answer with a wave; `links` are by the waves' codes."""
    return WaveOut.model_validate({**stored, "link": links[stored["code"]]})


def survey_with_links(stored: Mapping[str, Any], links: Mapping[str, str]) -> SurveyOut:
    """Return the response body for a stored answer with a survey; `links` are by waves' codes."""
    waves = [wave_with_link(wave, links) for wave in stored["waves"]]
    return SurveyOut.model_validate({**stored, "waves": waves})
