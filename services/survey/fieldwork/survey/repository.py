"""Every SELECT on surveys. They belong to the company, so every reader sees all of them."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.survey.fieldwork.survey.models import LinkKey, Survey, Wave
from shared.http.pagination import PageRequest, Slice, page


def survey(session: Session, survey_id: UUID) -> Survey | None:
    """Return the survey with this id, or None."""
    return session.get(Survey, survey_id)


def survey_for_change(session: Session, survey_id: UUID) -> Survey | None:
    """Return the survey with this id, locked until the transaction ends, or None."""
    return session.scalar(select(Survey).where(Survey.id == survey_id).with_for_update())


def surveys(session: Session, *, paging: PageRequest, state: str | None = None) -> Slice:
    """Return a page of the surveys in this state, or of all, in the order of their creation."""
    statement = select(Survey)
    if state is not None:
        statement = statement.where(Survey.state == state)
    return page(session, statement, paging=paging, order=[Survey.id])


def waves(session: Session, survey_id: UUID) -> list[Wave]:
    """Return the waves of a survey, oldest first."""
    return list(session.scalars(_waves_in_order().where(Wave.survey_id == survey_id)))


def waves_by_survey(session: Session, survey_ids: Iterable[UUID]) -> dict[UUID, list[Wave]]:
    """Return the waves of each of these surveys by survey id, oldest first."""
    found: dict[UUID, list[Wave]] = {survey_id: [] for survey_id in survey_ids}
    for wave in session.scalars(_waves_in_order().where(Wave.survey_id.in_(found))):
        found[wave.survey_id].append(wave)
    return found


def wave(session: Session, wave_id: UUID) -> Wave | None:
    """Return the wave with this id, or None."""
    return session.get(Wave, wave_id)


def link_key(session: Session) -> bytes:
    """Return the secret that signs open links."""
    return session.get_one(LinkKey, 1).secret


def _waves_in_order() -> Select[Wave]:
    return select(Wave).order_by(Wave.id)
