"""Events of responses: coded answers as facts, open answers as state."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from shared.contracts.catalogue import event, state

Answer: TypeAlias = int | float | str | list[str]
"""A point of a scale or a number, the code of an option, or the codes of several options."""


@event("response.submitted", topic="survey.response", key="response_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseSubmitted:
    """A response was submitted; a higher version replaces it, as when its customer became known."""

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
    """The open answers of a response; they are only here, so that a tombstone erases them.

    Free text may contain personal data. A response without open answers has no state.
    """

    response_id: UUID
    version: int
    recorded_at: datetime
    survey_id: UUID
    wave: str
    open_answers: dict[str, str]
