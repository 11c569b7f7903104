"""The publication of responses: how the events of stored responses are built again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.survey.fieldwork.response import events
from services.survey.fieldwork.response.models import Response
from shared.bulk import any_of
from shared.contracts.survey.response import ResponseState, ResponseSubmitted
from shared.database import row_of
from shared.publications.publication import Publication

NOUN = "survey.response"


def present(session: Session, ids: Sequence[UUID]) -> list[Any]:
    """Return the fact of each of these responses, and its state if it has open answers."""
    statement = select(Response).where(any_of(session, Response.id, ids)).order_by(Response.id)
    rows = [row_of(response) for response in session.scalars(statement)]
    with_state = [row for row in rows if row["open_answers"]]
    return [*map(events.response_submitted, rows), *map(events.response_state, with_state)]


def withdraw(session: Session, noun: str, ids: Sequence[UUID]) -> None:
    """Remove the open answers of responses whose open answers were erased."""
    if noun == NOUN:
        erased = update(Response).where(any_of(session, Response.id, ids))
        session.execute(erased.values(open_answers={}))


def gone(response: ResponseSubmitted) -> ResponseSubmitted | None:
    """Return the response without customer and answers; None if it has no answers already."""
    return replace(response, customer_id=None, answers={}) if response.answers else None


PUBLICATION = Publication(
    noun=NOUN,
    classes=(ResponseSubmitted, ResponseState),
    id=Response.id,
    version=Response.version,
    recorded_at=Response.recorded_at,
    present=present,
    withdraw=withdraw,
    gone=gone,
)
