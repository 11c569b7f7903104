"""Every SELECT on surveys. They are the company's own, so everybody sees them all."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.survey.fieldwork.survey.models import LinkKey, Survey, Wave
from shared.http.pagination import PageRequest, Slice, page


def survey(session: Session, survey_id: UUID) -> Survey | None:
    """Find a survey by id."""
    return session.get(Survey, survey_id)


def survey_for_change(session: Session, survey_id: UUID) -> Survey | None:
    """Find a survey and keep others from changing it until the transaction ends."""
    return session.scalar(select(Survey).where(Survey.id == survey_id).with_for_update())


def surveys(session: Session, *, paging: PageRequest, state: str | None = None) -> Slice:
    """List surveys in the order in which they were prepared."""
    statement = select(Survey)
    if state is not None:
        statement = statement.where(Survey.state == state)
    return page(session, statement, paging=paging, order=[Survey.id])


def waves(session: Session, survey_id: UUID) -> list[Wave]:
    """List the waves of a survey, oldest first."""
    return list(session.scalars(_in_order().where(Wave.survey_id == survey_id)))


def waves_of(session: Session, survey_ids: Iterable[UUID]) -> dict[UUID, list[Wave]]:
    """List the waves of each of these surveys, oldest first."""
    found: dict[UUID, list[Wave]] = {survey_id: [] for survey_id in survey_ids}
    for wave in session.scalars(_in_order().where(Wave.survey_id.in_(found))):
        found[wave.survey_id].append(wave)
    return found


def wave(session: Session, wave_id: UUID) -> Wave | None:
    """Find a wave by id."""
    return session.get(Wave, wave_id)


def link_key(session: Session) -> bytes:
    """Give the secret that signs links."""
    return session.get_one(LinkKey, 1).secret


def _in_order() -> Select[Wave]:
    return select(Wave).order_by(Wave.id)
