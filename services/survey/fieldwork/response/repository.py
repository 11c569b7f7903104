"""Every SELECT on responses; which of them a reader sees follows from whose customers they see."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session

from services.survey.customers.customer.repository import Pair, by_system, ids_visible_to
from services.survey.fieldwork.response.filters import ResponseFilter
from services.survey.fieldwork.response.models import Response
from services.survey.fieldwork.survey.models import Wave
from shared.http.pagination import PageRequest, Slice, page
from shared.row_access import Reader


def visible_to(reader: Reader, statement: Select[Any]) -> Select[Any]:
    """Leave of a statement on responses what the reader may see; nobody's are for all rows only."""
    customers = ids_visible_to(reader)
    return statement if customers is None else statement.where(Response.customer_id.in_(customers))


def response(
    session: Session, reader: Reader, *, survey_id: UUID, response_id: UUID
) -> Response | None:
    """Find a response of a survey by id."""
    statement = select(Response).where(Response.id == response_id, Response.survey_id == survey_id)
    found: Response | None = session.scalar(visible_to(reader, statement))
    return found


def responses(
    session: Session,
    reader: Reader,
    filters: ResponseFilter,
    *,
    survey_id: UUID,
    paging: PageRequest,
) -> Slice:
    """Return a page of the responses of a survey, in the order in which they came."""
    equal = filters.model_dump(exclude_none=True)
    statement = visible_to(reader, select(Response).filter_by(survey_id=survey_id, **equal))
    return page(session, statement, paging=paging, order=[Response.id])


def same_for_change(
    session: Session, wave: Wave, *, identities: Collection[UUID], customers: Collection[UUID]
) -> list[Response]:
    """Find and lock responses that are these submissions, or these customers' in the wave."""
    in_wave = (Response.survey_id == wave.survey_id) & (Response.wave == wave.code)
    theirs = in_wave & Response.customer_id.in_(customers)
    wanted = Response.identity.in_(identities) | theirs
    if not identities:
        return []
    statement = select(Response).where(wanted).order_by(Response.id).with_for_update()
    return list(session.scalars(statement))


def of_respondents_for_change(session: Session, pairs: Iterable[Pair]) -> list[Response]:
    """Find and lock the responses of those whom their sources name so."""
    named = [
        (Response.respondent_system == system) & Response.respondent_id.in_(ids)
        for system, ids in by_system(pairs).items()
    ]
    statement = select(Response).where(or_(*named)).order_by(Response.id).with_for_update()
    return list(session.scalars(statement))


def counts(session: Session, survey_id: UUID) -> list[Row[Any]]:
    """Count the responses of a survey by wave and channel: n, of customers, and the last moment.

    It counts the company's survey, so it tells everybody the same.
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
