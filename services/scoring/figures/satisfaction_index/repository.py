"""Every SELECT on surveys, coded answers and sums."""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from services.scoring.facts.fact.domain import Horizon
from services.scoring.facts.fact.models import StoredFact
from services.scoring.figures.satisfaction_index.models import CodedAnswer, Survey, WaveSums
from shared.bulk import any_of

_FACT_OF_ANSWER = and_(
    StoredFact.source_id == CodedAnswer.response_id, StoredFact.version == CodedAnswer.version
)


def survey(session: Session, survey_id: UUID) -> Survey | None:
    """Return a survey whose event was received; None if there is none of this id."""
    statement = select(Survey).where(Survey.id == survey_id, Survey.version.is_not(None))
    return session.scalars(statement).first()


def survey_ids(session: Session) -> Sequence[UUID]:
    """Return the ids of all surveys, those included that only answers have named so far."""
    return session.scalars(select(Survey.id).order_by(Survey.id)).all()


def lock_surveys(session: Session, survey_ids: Collection[UUID]) -> dict[UUID, Survey]:
    """Lock surveys in the order of their ids and return those that there are, by id."""
    statement = select(Survey).where(Survey.id.in_(survey_ids)).order_by(Survey.id)
    return {row.id: row for row in session.scalars(statement.with_for_update())}


def versions_of(session: Session, response_ids: Collection[UUID]) -> Sequence[CodedAnswer]:
    """Return every version of these responses."""
    known = any_of(session, CodedAnswer.response_id, response_ids)
    return session.scalars(select(CodedAnswer).where(known)).all()


def answers_to(session: Session, survey_id: UUID) -> Sequence[CodedAnswer]:
    """Return every version of every response to a survey."""
    return session.scalars(select(CodedAnswer).where(CodedAnswer.survey_id == survey_id)).all()


def indices(
    session: Session, survey_id: UUID, *, wave: str | None = None, horizon: Horizon | None = None
) -> list[Decimal]:
    """Return the indices of a survey's current responses up to the day or moment of a horizon."""
    statement = select(CodedAnswer.score).where(
        CodedAnswer.survey_id == survey_id, CodedAnswer.current, CodedAnswer.size > 0
    )
    if wave is not None:
        statement = statement.where(CodedAnswer.wave == wave)
    if horizon is not None:
        statement = statement.where(CodedAnswer.submitted_on <= horizon.as_of)
    if horizon is not None and horizon.until is not None:
        is_by_then = StoredFact.occurred_at <= horizon.until
        statement = statement.join(StoredFact, _FACT_OF_ANSWER).where(is_by_then)
    return list(session.scalars(statement))


def wave_sums(session: Session, survey_ids: Iterable[UUID]) -> dict[tuple[UUID, str], WaveSums]:
    """Return the stored sums of surveys, by survey id and wave."""
    statement = select(WaveSums).where(WaveSums.survey_id.in_(list(survey_ids)))
    rows = session.scalars(statement.order_by(WaveSums.survey_id, WaveSums.wave))
    return {(row.survey_id, row.wave): row for row in rows}
