"""Every SELECT on responses. A reader sees only the responses of customers visible to it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from services.survey.customers.customer.domain import ExternalKey
from services.survey.customers.customer.repository import has_any_key, visible_customer_ids
from services.survey.fieldwork.response.filters import ResponseFilter
from services.survey.fieldwork.response.models import Response
from services.survey.fieldwork.survey.models import Wave
from shared.http.listing import Listing
from shared.http.pagination import PageRequest, Slice
from shared.http.parameters import external_id_pair
from shared.http.ranges import time_range
from shared.row_access import Reader


def visible_to(reader: Reader, statement: Select[Any]) -> Select[Any]:
    """Return a SELECT on responses, limited to the responses that the reader may see.

    Responses without a customer are visible only to a reader who sees all rows.
    """
    customer_ids = visible_customer_ids(reader)
    if customer_ids is None:
        return statement
    return statement.where(Response.customer_id.in_(customer_ids))


def response(
    session: Session, reader: Reader, *, survey_id: UUID, response_id: UUID
) -> Response | None:
    """Return the response with this id; None if the survey has none that the reader may see."""
    statement = select(Response).where(Response.id == response_id, Response.survey_id == survey_id)
    visible_response: Response | None = session.scalar(visible_to(reader, statement))
    return visible_response


def _has_external_id(text: str) -> ColumnElement[bool]:
    """Return the condition that a response has this external id, `system:id`."""
    system, external_id = external_id_pair(text)
    return and_(Response.external_system == system, Response.external_id == external_id)


RESPONSES = Listing(
    id=Response.id,
    sorts={"id": [Response.id], "submitted_at": [Response.submitted_at, Response.id]},
    default="id",
    columns={
        "wave": Response.wave,
        "customer_id": Response.customer_id,
        "channel": Response.channel,
    },
    filters={
        "external_id": _has_external_id,
        "anonymous": lambda is_anonymous: (
            Response.customer_id.is_(None) if is_anonymous else Response.customer_id.is_not(None)
        ),
    },
    ranges=[time_range("submitted", Response.submitted_at)],
    facets=("wave", "channel"),
)
"""The list of the responses to a survey; their ids grow with the time of recording."""


def responses(
    session: Session,
    reader: Reader,
    filters: ResponseFilter,
    *,
    survey_id: UUID,
    paging: PageRequest,
) -> Slice:
    """Return a page of a survey's responses that the reader sees and the filters match."""
    statement = visible_to(reader, select(Response).where(Response.survey_id == survey_id))
    return RESPONSES.page(session, statement, paging=paging, filters=filters)


def submission_time(
    session: Session, wave: Wave, *, identity: UUID, customer_id: UUID | None
) -> datetime | None:
    """Return when a submission was stored, or another one of its customer; None if neither was."""
    is_same = _is_of_submissions(wave, [identity], [customer_id] if customer_id else [])
    return session.scalar(select(Response.submitted_at).where(is_same))


def response_of_link(
    session: Session, wave: Wave, *, identity: UUID, customer_id: UUID | None
) -> Response | None:
    """Return the response of the customer to whom a personal link to a wave belongs, or None.

    Everybody with the link may see the response, so there is no reader.
    """
    is_same = _is_of_submissions(wave, [identity], [customer_id] if customer_id else [])
    return session.scalar(select(Response).where(is_same))


def existing_for_change(
    session: Session,
    wave: Wave,
    *,
    identities: Collection[UUID],
    customer_ids: Collection[UUID],
    external_ids: Collection[ExternalKey],
) -> list[Response]:
    """Lock and return the responses that submissions to a wave may change.

    Submissions may change the responses with one of these identities, and the responses to the wave
    that are of these customers or have these external ids. The responses are locked in ascending
    order of id, until the transaction ends.
    """
    if not identities:
        return []
    is_same = _is_of_submissions(wave, identities, customer_ids, external_ids)
    statement = select(Response).where(is_same).order_by(Response.id).with_for_update()
    return list(session.scalars(statement))


def _is_of_submissions(
    wave: Wave,
    identities: Collection[UUID],
    customer_ids: Collection[UUID],
    external_ids: Collection[ExternalKey] = (),
) -> ColumnElement[bool]:
    """Return the condition that a response belongs to submissions to a wave.

    It has one of these identities or, in the wave, one of these customers or external ids.
    """
    in_wave = (Response.survey_id == wave.survey_id) & (Response.wave == wave.code)
    has_external_id = (
        [has_any_key(Response.external_system, Response.external_id, external_ids)]
        if external_ids
        else []
    )
    return or_(
        Response.identity.in_(identities),
        in_wave & Response.customer_id.in_(customer_ids),
        *(in_wave & condition for condition in has_external_id),
    )


def of_respondents_for_change(session: Session, keys: Iterable[ExternalKey]) -> list[Response]:
    """Lock and return all responses whose respondents have these external keys."""
    is_of_respondents = has_any_key(Response.respondent_system, Response.respondent_id, keys)
    statement = select(Response).where(is_of_respondents).order_by(Response.id).with_for_update()
    return list(session.scalars(statement))


def counts_by_wave_and_channel(session: Session, survey_id: UUID) -> list[Row[Any]]:
    """Return the number of a survey's responses, in a row for each pair of wave and channel.

    The columns are `wave`, `channel`, `n` (number of responses), `of_customers` (number of
    responses whose customer is known) and `last_submitted_at`. Responses that the caller may not
    see are included.
    """
    statement = (
        select(
            Response.wave,
            Response.channel,
            func.count().label("n"),
            func.count(Response.customer_id).label("of_customers"),
            func.max(Response.submitted_at).label("last_submitted_at"),
        )
        .where(Response.survey_id == survey_id)
        .group_by(Response.wave, Response.channel)
        .order_by(Response.wave, Response.channel)
    )
    return list(session.execute(statement))
