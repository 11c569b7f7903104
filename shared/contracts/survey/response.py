"""Events of responses: a fact with the coded answers, and a state with the open answers.

Coded answers are numbers and option codes, open answers are free text.
"""

from dataclasses import dataclass
from typing import Annotated, TypeAlias
from uuid import UUID

from shared.contracts.catalogue import event, state
from shared.contracts.description import Doc
from shared.contracts.fields import CustomerId, Moment, RecordedAt, SurveyId, Version

Answer: TypeAlias = int | float | str | list[str]
"""An answer: a point of a scale, a number, the code of an option, or the codes of several options.

In requests and in the table of responses it can also be the text of an open answer.
"""
_ResponseId = Annotated[UUID, Doc("Id of the response.", "0199a7c0-0000-7000-8000-000000000015")]
_WaveCode = Annotated[str, Doc("Code of the wave of the survey.", "2026")]


@event("response.submitted", topic="survey.response", key="response_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseSubmitted:
    """A response was submitted or has changed; a higher version replaces all lower versions.

    A response also gets a higher version when its customer becomes known. `answers` has the coded
    answers by item code: numbers and codes of options.
    """

    response_id: _ResponseId
    version: Version
    recorded_at: RecordedAt
    survey_id: SurveyId
    wave: _WaveCode
    customer_id: Annotated[
        CustomerId | None, Doc("Id of the customer who answered; null if anonymous or unknown.")
    ]
    channel: Annotated[
        str,
        Doc(
            "How the response was collected: web, telephone, on_site, post, import or a code of "
            "the company.",
            "web",
            pattern="^[a-z][a-z0-9_-]{0,31}$",
        ),
    ]
    submitted_at: Annotated[Moment, Doc("When the answers were given, in UTC.")]
    answers: Annotated[
        dict[str, Answer],
        Doc(
            "Coded answers by the code of the item: a point of its scale, a number, the code of "
            "an option, or the codes of several options.",
            {"appearance": 5, "bought": "yes"},
        ),
    ]


@state("response.state", topic="survey.response", key="response_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseState:
    """The open answers (free text) of a response, by item code.

    Open answers may contain personal data, so they are in no other event: a tombstone can erase
    them. A new response without open answers has no state.
    """

    response_id: _ResponseId
    version: Version
    recorded_at: RecordedAt
    survey_id: SurveyId
    wave: _WaveCode
    open_answers: Annotated[
        dict[str, str],
        Doc("Texts of open answers by the code of the item.", {"remark": "送货很快"}),
    ]
