"""The publication of satisfaction indices: how the event of a stored index is built again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.scoring.figures.satisfaction_index import events
from services.scoring.figures.satisfaction_index.models import Survey
from services.scoring.figures.satisfaction_index.service import NOUN, sums_by_wave
from shared import clock
from shared.bulk import any_of
from shared.contracts.scoring.index import IndexEstimated
from shared.publications.publication import Publication


def present(session: Session, ids: Sequence[UUID]) -> list[Any]:
    """Return the index of each of these surveys whose index was published."""
    published = select(Survey).where(any_of(session, Survey.id, ids), Survey.estimates > 0)
    moment = clock.now()
    return [
        events.index_estimated(survey, sums_by_wave(session, survey.id), moment)
        for survey in session.scalars(published.order_by(Survey.id))
    ]


def gone(index: IndexEstimated) -> IndexEstimated | None:
    """Return the index of no response; None if there was none already."""
    if index.n == 0:
        return None
    return replace(index, n=0, index=None, low=None, high=None, waves=[])


PUBLICATION = Publication(
    noun=NOUN,
    classes=(IndexEstimated,),
    id=Survey.id,
    version=Survey.estimates,
    present=present,
    gone=gone,
)
