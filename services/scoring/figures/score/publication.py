"""The publication of scores: how the events of stored scores are built again."""

from collections.abc import Iterable, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.scoring.figures.score import events
from services.scoring.figures.score.models import StoredScore
from services.scoring.figures.score.service import NOUN
from shared import clock
from shared.bulk import any_of
from shared.contracts.scoring.score import ClassChanged, RungChanged, ScoreChanged, ScoreState
from shared.database import RowView
from shared.publications.publication import Publication


def present(session: Session, ids: Sequence[UUID]) -> list[Any]:
    """Return the fact and the state of each of these scores that is not withdrawn."""
    shown = select(StoredScore.__table__).where(
        any_of(session, StoredScore.customer_id, ids), StoredScore.withdrawn.is_(False)
    )
    found = session.execute(shown.order_by(StoredScore.customer_id)).mappings()
    rows = cast("Iterable[RowView]", found)
    return [event for row in rows for event in (events.score_changed(row), events.score_state(row))]


def withdraw(session: Session, noun: str, ids: Sequence[UUID]) -> None:
    """Withdraw the scores of customers who were erased."""
    if noun == NOUN:
        scores = update(StoredScore).where(any_of(session, StoredScore.customer_id, ids))
        session.execute(scores.values(withdrawn=True, unsettled_since=clock.now()))


PUBLICATION = Publication(
    noun=NOUN,
    classes=(ScoreChanged, RungChanged, ClassChanged, ScoreState),
    id=StoredScore.customer_id,
    version=StoredScore.version,
    present=present,
    withdraw=withdraw,
)
