"""Request and response bodies of responses and of the progress of a survey."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, WithJsonSchema
from sqlalchemy import Row

from services.survey.design.questionnaire.rules import MOST_ITEMS
from services.survey.fieldwork.response.models import Response
from services.survey.fieldwork.survey.domain import SurveyState
from services.survey.fieldwork.survey.models import Survey, Wave
from services.survey.fieldwork.survey.schemas import WaveCode
from shared.contracts.survey.response import Answer
from shared.http.schemas import (
    Body,
    CustomerReference,
    ExternalIdIn,
    ExternalIdOut,
    FacetedPage,
    Moment,
)

Channel = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$"),
    Field(
        description="How the response was collected: web, telephone, on_site, post, or a code of "
        "your own.",
        examples=["web"],
    ),
]
_ANSWER = WithJsonSchema(
    {
        "anyOf": [
            {"type": "number"},
            {"type": "string", "maxLength": 10_000},
            {"type": "array", "items": {"type": "string", "maxLength": 64}, "maxItems": 200},
        ]
    }
)
"""Annotation with the types of answers; the questionnaire decides which type an item has."""
_CREATE: dict[str, Any] = {
    "wave": "2026-H1",
    "customer": {"system": "erp", "id": "10017"},
    "channel": "telephone",
    "submitted_at": "2026-01-31T09:30:00+08:00",
    "answers": {
        "bought": "within_12_months",
        "bought_at": ["own_store", "online"],
        "appearance": 5,
        "stability": 4,
        "performance": 5,
        "safety": 5,
        "durability": 0,
        "ease_of_use": 4,
        "as_expected": 4,
        "recommend": 9,
        "suggestion": "希望说明书更简单 / a simpler manual, please",
    },
}
_STORED: dict[str, Any] = _CREATE | {
    "id": "0199a7c0-0000-7000-8000-000000000031",
    "version": 1,
    "survey_id": "0199a7c0-0000-7000-8000-000000000018",
    "external_id": None,
    "customer_id": "0199a7c0-0000-7000-8000-000000000017",
    "submitted_at": "2026-01-31T01:30:00Z",
    "recorded_at": "2026-01-31T01:31:12.123456Z",
}


class SurveyResponseCreate(CustomerReference):
    """The answers of one respondent to one wave (答卷)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CREATE]})

    wave: WaveCode | None = Field(
        None, description="Code of the wave; required if several waves are open."
    )
    customer: ExternalIdIn | None = Field(
        None,
        description="The customer who answered, by the id in another system. The customer may be "
        "registered later. A response without a customer is anonymous, and each one counts as a "
        "further respondent. Only a key that sees all rows may submit a response without a "
        "customer, or of an unknown customer.",
    )
    customer_id: UUID | None = Field(
        None,
        description="The customer who answered, by the id in the registry, instead of `customer`. "
        "A customer answers a wave once, whichever id is given.",
    )
    channel: Channel = "web"
    submitted_at: Moment | None = Field(
        None, description="Time at which the answers were given; the default is the present time."
    )
    answers: dict[str, Annotated[Any, _ANSWER]] = Field(
        max_length=MOST_ITEMS,
        description="The answers by the code of the item. An answer is a point of the item's "
        "scale, a number, the code of an option, a list of option codes, or a text. Every required "
        "item needs an answer. GET /v1/surveys/{survey_id} lists the items.",
    )


class SurveyResponseOut(Body):
    """A stored response; `customer_id` is null as long as the customer is unknown or anonymous."""

    model_config = ConfigDict(json_schema_extra={"examples": [_STORED]})

    id: UUID
    version: int
    survey_id: UUID
    wave: str
    external_id: ExternalIdOut | None = Field(
        description="The id of the response in another system, from the column `response_id` of an "
        "imported file; null if the file had none, and for responses that came otherwise."
    )
    customer: ExternalIdOut | None
    customer_id: UUID | None
    channel: str
    submitted_at: datetime
    recorded_at: datetime
    answers: dict[str, Annotated[Answer, _ANSWER]] = Field(
        description="The answers by the code of the item: a point of a scale or a number, the code "
        "of an option or a text, or a list of option codes."
    )


class SurveyResponsePage(FacetedPage[SurveyResponseOut]):
    """A page of responses."""


class ChannelProgress(Body):
    """The number of responses that came through one channel."""

    channel: str
    n: int = Field(description="Number of responses.")


class WaveProgress(Body):
    """The number of responses to one wave so far, in all and by channel."""

    wave: str
    n: int = Field(description="Number of responses.")
    of_customers: int = Field(description="Number of responses whose customer is known.")
    target: int | None = Field(description="Number of responses that the company aims for.")
    last_submitted_at: datetime | None
    channels: list[ChannelProgress]


class ProgressOut(Body):
    """The number of responses to a survey so far, in all and by wave."""

    survey_id: UUID
    state: SurveyState
    n: int = Field(description="Number of responses in all waves.")
    waves: list[WaveProgress]


def response_out(row: Response) -> SurveyResponseOut:
    """Return the HTTP response body for a stored response.

    The answers in the body include the open answers (free text), which are stored in a column of
    their own.
    """
    return SurveyResponseOut(
        id=row.id,
        version=row.version,
        survey_id=row.survey_id,
        wave=row.wave,
        external_id=_external_id_out(row.external_system, row.external_id),
        customer=_external_id_out(row.respondent_system, row.respondent_id),
        customer_id=row.customer_id,
        channel=row.channel,
        submitted_at=row.submitted_at,
        recorded_at=row.recorded_at,
        answers={**row.answers, **row.open_answers},
    )


def _external_id_out(system: str | None, external_id: str | None) -> ExternalIdOut | None:
    """Return an id in another system as in a response body; None if the row has none."""
    if system is None or external_id is None:
        return None
    return ExternalIdOut(system=system, id=external_id)


def progress_out(survey: Survey, waves: Sequence[Wave], counts: Sequence[Row[Any]]) -> ProgressOut:
    """Return the response body with the numbers of a survey's responses, by wave and channel.

    `counts` are the rows of `counts_by_wave_and_channel`; a wave without any row has 0 responses.
    """
    progress = [
        _wave_progress(wave, [row for row in counts if row.wave == wave.code]) for wave in waves
    ]
    return ProgressOut(
        survey_id=survey.id,
        state=SurveyState(survey.state),
        n=sum(wave.n for wave in progress),
        waves=progress,
    )


def _wave_progress(wave: Wave, counts: Sequence[Row[Any]]) -> WaveProgress:
    """Return the progress of a wave; `counts` has a row for each channel of the wave."""
    return WaveProgress(
        wave=wave.code,
        n=sum(row.n for row in counts),
        of_customers=sum(row.of_customers for row in counts),
        target=wave.target,
        last_submitted_at=max((row.last_submitted_at for row in counts), default=None),
        channels=[ChannelProgress(channel=row.channel, n=row.n) for row in counts],
    )
