"""Events of responses: a fact with the coded answers, and a state with the open answers.

Coded answers are numbers and option codes, open answers are free text.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from shared.contracts.catalogue import event, state

Answer: TypeAlias = int | float | str | list[str]
"""An answer: a point of a scale, a number, the code of an option, or the codes of several options.

In requests and in the table of responses it can also be the text of an open answer.
"""


@event("response.submitted", topic="survey.response", key="response_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseSubmitted:
    """A response was submitted or has changed; a higher version replaces all lower versions.

    A response also gets a higher version when its customer becomes known. `answers` has the coded
    answers by item code: numbers and codes of options.
    """

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
    """The open answers (free text) of a response, by item code.

    Open answers may contain personal data, so they are in no other event: a tombstone can erase
    them. A new response without open answers has no state.
    """

    response_id: UUID
    version: int
    recorded_at: datetime
    survey_id: UUID
    wave: str
    open_answers: dict[str, str]
