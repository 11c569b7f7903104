"""HTTP routes of figures of all customers together: ABC table, ladder, satisfaction index."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.scoring.facts.fact.domain import Cutoff
from services.scoring.figures.abc.domain import AbcBasis, AbcMethod
from services.scoring.figures.as_of.domain import Period
from services.scoring.figures.as_of.schemas import DateQuery, PeriodQuery
from services.scoring.figures.portfolio import repository, settlement
from services.scoring.figures.portfolio.schemas import (
    AbcOut,
    LadderOut,
    SatisfactionOut,
    abc_out,
    ladder_out,
    satisfaction_out,
)
from services.scoring.figures.satisfaction_index import repository as index_repository
from services.scoring.figures.satisfaction_index import service as index_service
from services.scoring.figures.satisfaction_index.domain import estimate, sums_of_indices
from services.scoring.figures.score import population as populations
from services.scoring.figures.score.population import Population
from shared import clock
from shared.errors import NotFound, found_or_404
from shared.http.answers import errors, json_response
from shared.http.dependencies import NEEDS_ALL_ROWS, Reader, Reading
from shared.http.parameters import TextFilter
from shared.http.routing import Router
from shared.row_access import Rows

router = Router(
    prefix="portfolio",
    tag="portfolio",
    about="Figures of all customers together: ABC table, loyalty ladder, satisfaction index.",
)


@router.get("/abc", response_model=AbcOut, responses=errors())
def read_abc(
    session: Reading,
    reader: Reader,
    period: PeriodQuery,
    method: Annotated[
        AbcMethod,
        Query(
            description="Divide by number of customers (按客户数) or cumulative value (按累计值)."
        ),
    ] = AbcMethod.COUNT,
    basis: Annotated[
        AbcBasis,
        Query(
            description="Use profit (利润) or revenue (收入) as the value of a customer. Profit "
            "is used only if every line of every customer has a unit cost; otherwise revenue is."
        ),
    ] = AbcBasis.PROFIT,
) -> Response:
    """Divide the customers into classes by value (ABC 分类), of all time or of a period.

    The table of today is computed a few seconds after the last change; `made_at` says when. An API
    key that may see only some customers gets a table of these customers. The table of a past date
    is computed from what is known now: it includes customers who were registered later, and orders
    that were imported later.
    """
    snapshot = _snapshot(session, reader, period, settlement.abc_snapshot_name(method, basis))
    if snapshot is not None:
        return json_response(AbcOut.model_validate(snapshot))
    population = _population(session, reader, period)
    return json_response(abc_out(population, method=method, requested=basis))


@router.get("/ladder", response_model=LadderOut, responses=errors())
def read_ladder(session: Reading, reader: Reader, period: PeriodQuery) -> Response:
    """Read the loyalty ladder of a date; with `from`, also the moves since the end of that day.

    The ladder of a past date includes all customers who are on record now, even if they were
    registered later: a customer who had not bought anything by that date is on the rung suspect.
    Orders that were imported later are included, and the ladders of two dates have the same
    customers.
    """
    snapshot = _snapshot(session, reader, period, settlement.LADDER_SNAPSHOT)
    if snapshot is not None:
        return json_response(LadderOut.model_validate(snapshot))
    population = _population(session, reader, Period(start=None, end=period.end))
    earlier = None
    if period.start is not None:
        start = replace(period.end, cutoff=Cutoff(as_of=period.start), is_current=False)
        earlier = populations.population_at(session, reader, start)
    return json_response(ladder_out(population, earlier=earlier))


@router.get(
    "/satisfaction",
    response_model=SatisfactionOut,
    responses=errors(403, 404),
    dependencies=[NEEDS_ALL_ROWS],
)
def read_satisfaction(
    session: Reading,
    point_in_time: DateQuery,
    survey: Annotated[
        UUID,
        Query(description="Id of the survey.", examples=["0199a7c0-0000-7000-8000-000000000018"]),
    ],
    wave: Annotated[
        TextFilter | None,
        Query(
            description="Code of one wave (调研批次); without it, the index is over all waves.",
            examples=["2026-H1"],
        ),
    ] = None,
) -> Response:
    """Read the satisfaction index (满意度指数) of a survey: the mean of its responses' indices.

    The index of a response is the mean of its satisfaction items, each converted to a scale from 0
    to 100. All responses have the same weight, including anonymous ones. A wave without responses
    has n 0; a wave that the survey does not have is a 404. An API key that may see only some
    customers gets a 403, because the index would disclose answers of other customers.
    """
    known_survey = found_or_404(
        index_repository.survey(session, survey), "No published survey has this id."
    )
    if wave is not None and not index_service.has_wave(session, known_survey, wave):
        raise NotFound(detail="This survey has no wave with this code.")
    cutoff = point_in_time.cutoff
    if point_in_time.is_current:
        sums = index_service.stored_sums(session, survey, wave)
    else:
        sums = sums_of_indices(index_repository.indices(session, survey, wave=wave, cutoff=cutoff))
    index = estimate(sums)
    return json_response(
        satisfaction_out(survey, wave, index, as_of=cutoff.as_of, made_at=clock.now())
    )


def _snapshot(session: Reading, reader: Reader, period: Period, name: str) -> dict[str, Any] | None:
    """Return the stored response body for a request, or None if it must be computed.

    Snapshots are stored of the present, and of the last days of months. A snapshot includes all
    customers, so only a caller who may see all customers gets one.
    """
    if reader.rows is not Rows.ALL or period.start is not None:
        return None
    end = period.end
    if end.is_current:
        latest = repository.latest_snapshot(session, name)
        return latest.document if latest else None
    snapshot = repository.snapshot(session, name, end.cutoff.as_of)
    if snapshot is None or end.cutoff.until or snapshot.document["currency"] != end.currency:
        return None
    return snapshot.document if settlement.is_up_to_date(session, snapshot) else None


def _population(session: Reading, reader: Reader, period: Period) -> Population:
    """Return the population from stored scores if possible, otherwise computed from facts."""
    if period.end.is_current and period.start is None:
        return populations.stored_population(session, reader, period.end)
    return populations.population_at(session, reader, period.end, start=period.start)
