"""Every SELECT on surveys, responses and sums of indices."""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from services.scoring.facts.fact.domain import Cutoff
from services.scoring.facts.fact.models import StoredFact
from services.scoring.figures.satisfaction_index.models import ResponseVersion, Survey, WaveSums
from shared.bulk import any_of

_FACT_OF_RESPONSE = and_(
    StoredFact.source_id == ResponseVersion.response_id,
    StoredFact.version == ResponseVersion.version,
)


def survey(session: Session, survey_id: UUID) -> Survey | None:
    """Return the survey with this id, or None if no event of the survey has been received yet.

    A row without a version belongs to a survey that only responses have named so far.
    """
    statement = select(Survey).where(Survey.id == survey_id, Survey.version.is_not(None))
    return session.scalars(statement).first()


def survey_ids(session: Session) -> Sequence[UUID]:
    """Return the ids of all surveys, including those that only responses have named so far."""
    return session.scalars(select(Survey.id).order_by(Survey.id)).all()


def lock_surveys(session: Session, survey_ids: Collection[UUID]) -> dict[UUID, Survey]:
    """Lock surveys and return the existing ones by id.

    Surveys are locked in ascending order of id, so that two workers never wait for each other.
    """
    statement = select(Survey).where(Survey.id.in_(survey_ids)).order_by(Survey.id)
    return {row.id: row for row in session.scalars(statement.with_for_update())}


def versions_of_responses(
    session: Session, response_ids: Collection[UUID]
) -> Sequence[ResponseVersion]:
    """Return all stored versions of these responses."""
    has_id = any_of(session, ResponseVersion.response_id, response_ids)
    return session.scalars(select(ResponseVersion).where(has_id)).all()


def versions_of_responses_to(session: Session, survey_id: UUID) -> Sequence[ResponseVersion]:
    """Return all stored versions of all responses to a survey."""
    return session.scalars(
        select(ResponseVersion).where(ResponseVersion.survey_id == survey_id)
    ).all()


def indices(
    session: Session, survey_id: UUID, *, wave: str | None = None, cutoff: Cutoff | None = None
) -> list[Decimal]:
    """Return the satisfaction indices of the current responses to a survey, or to one wave.

    The index of a response is in the column `score`. A response without answered items (`size` is
    their number) has no index. `cutoff` leaves out responses after its day `as_of` and, if it has
    a moment `until`, after that moment.
    """
    statement = select(ResponseVersion.score).where(
        ResponseVersion.survey_id == survey_id, ResponseVersion.current, ResponseVersion.size > 0
    )
    if wave is not None:
        statement = statement.where(ResponseVersion.wave == wave)
    if cutoff is not None:
        statement = statement.where(ResponseVersion.submitted_on <= cutoff.as_of)
    if cutoff is not None and cutoff.until is not None:
        is_in_time = StoredFact.occurred_at <= cutoff.until
        statement = statement.join(StoredFact, _FACT_OF_RESPONSE).where(is_in_time)
    return list(session.scalars(statement))


def wave_sums(session: Session, survey_ids: Iterable[UUID]) -> dict[tuple[UUID, str], WaveSums]:
    """Return the stored sums of these surveys, by survey id and code of the wave."""
    statement = select(WaveSums).where(WaveSums.survey_id.in_(list(survey_ids)))
    rows = session.scalars(statement.order_by(WaveSums.survey_id, WaveSums.wave))
    return {(row.survey_id, row.wave): row for row in rows}
