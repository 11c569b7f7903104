"""Every SELECT on surveys and waves. Every caller may read all of them."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.survey.fieldwork.survey.filters import SurveyFilter
from services.survey.fieldwork.survey.models import LinkKey, Survey, Wave
from shared.http.listing import Listing
from shared.http.pagination import PageRequest, Slice
from shared.http.ranges import time_range


def survey(session: Session, survey_id: UUID) -> Survey | None:
    """Return the survey with this id, or None."""
    return session.get(Survey, survey_id)


def survey_for_change(session: Session, survey_id: UUID) -> Survey | None:
    """Lock the survey with this id until the transaction ends; return it, or None."""
    return session.scalar(select(Survey).where(Survey.id == survey_id).with_for_update())


SURVEYS = Listing(
    id=Survey.id,
    sorts={"created_at": [Survey.id]},
    default="created_at",
    columns={"state": Survey.state},
    ranges=[time_range("created", Survey.created_at)],
    facets=("state",),
)
"""The list of surveys; their ids grow with the time of creation."""


def surveys(session: Session, filters: SurveyFilter, *, paging: PageRequest) -> Slice:
    """Return a page of the surveys that the filters match."""
    return SURVEYS.page(session, select(Survey), paging=paging, filters=filters)


def waves(session: Session, survey_id: UUID) -> list[Wave]:
    """Return the waves of a survey, oldest first."""
    return list(session.scalars(_waves_in_order().where(Wave.survey_id == survey_id)))


def waves_by_survey(session: Session, survey_ids: Iterable[UUID]) -> dict[UUID, list[Wave]]:
    """Return a dict from the id of each of these surveys to its waves, oldest first."""
    by_survey: dict[UUID, list[Wave]] = {survey_id: [] for survey_id in survey_ids}
    for wave in session.scalars(_waves_in_order().where(Wave.survey_id.in_(by_survey))):
        by_survey[wave.survey_id].append(wave)
    return by_survey


def wave(session: Session, wave_id: UUID) -> Wave | None:
    """Return the wave with this id, or None."""
    return session.get(Wave, wave_id)


def wave_of_survey(session: Session, survey_id: UUID, code: str) -> Wave | None:
    """Return the wave of a survey with this code, or None."""
    return session.scalar(select(Wave).where(Wave.survey_id == survey_id, Wave.code == code))


def link_signing_key(session: Session) -> bytes:
    """Return the secret that signs the links to respondents' pages."""
    return session.get_one(LinkKey, 1).secret


def _waves_in_order() -> Select[Wave]:
    """Return a SELECT of waves, oldest first: ids are UUIDv7, so they grow with time."""
    return select(Wave).order_by(Wave.id)
