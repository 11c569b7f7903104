"""HTTP door of the portfolio."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.scoring.facts.fact.domain import Horizon
from services.scoring.figures.abc.domain import Basis, Method
from services.scoring.figures.as_of.domain import Span
from services.scoring.figures.as_of.schemas import DateAsked, SpanAsked
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
from services.scoring.figures.satisfaction_index.domain import estimate, sums_of
from services.scoring.figures.score import population as populations
from services.scoring.figures.score.population import Population
from shared import clock
from shared.errors import NotFound, found_or_404
from shared.http.answers import answer, errors
from shared.http.dependencies import SEES_ALL, Reader, Reading
from shared.http.routing import Router
from shared.row_access import Rows

router = Router(
    prefix="portfolio",
    tag="portfolio",
    about="Figures of all customers together: ABC, loyalty ladder, satisfaction index.",
)


@router.get("/abc", response_model=AbcOut, responses=errors())
def read_abc(
    session: Reading,
    reader: Reader,
    span: SpanAsked,
    method: Annotated[
        Method,
        Query(
            description="Cut by count of customers (按客户数), or by cumulative value (按累计值)."
        ),
    ] = Method.COUNT,
    basis: Annotated[
        Basis,
        Query(
            description="Count profit (利润) or revenue (收入). Profit counts only where every "
            "line of every customer has a unit cost; otherwise it is revenue."
        ),
    ] = Basis.PROFIT,
) -> Response:
    """Class the customers by value (ABC 分类): of all time, or of a period.

    The table of today is cut a few seconds after the last change; `made_at` says when. A key that
    sees only some customers gets a table of those. Also on a past date it counts the customers
    who are on record now, so that imported history counts.
    """
    kept = _kept(session, reader, span, settlement.abc_name(method, basis))
    if kept is not None:
        return answer(AbcOut.model_validate(kept))
    population = _population(session, reader, span)
    return answer(abc_out(population, method=method, wanted=basis))


@router.get("/ladder", response_model=LadderOut, responses=errors())
def read_ladder(session: Reading, reader: Reader, span: SpanAsked) -> Response:
    """Read the loyalty ladder of a date; with `from`, also who moved since the end of that day.

    Also on a past date it counts everybody who is on record now, those registered later too: who
    had not bought by then stands on suspect. So imported history counts, and two dates are about
    the same customers.
    """
    kept = _kept(session, reader, span, settlement.LADDER)
    if kept is not None:
        return answer(LadderOut.model_validate(kept))
    population = _population(session, reader, Span(question=span.question, start=None))
    since = None
    if span.start is not None:
        before = replace(span.question, horizon=Horizon(as_of=span.start), kept=False)
        since = populations.population_at(session, reader, before)
    return answer(ladder_out(population, since=since))


@router.get(
    "/satisfaction",
    response_model=SatisfactionOut,
    responses=errors(403, 404),
    dependencies=[SEES_ALL],
)
def read_satisfaction(
    session: Reading,
    question: DateAsked,
    survey: Annotated[UUID, Query(description="The survey.")],
    wave: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=100,
            description="Code of one wave (调研批次); without it all waves together.",
            examples=["2026-H1"],
        ),
    ] = None,
) -> Response:
    """Read the plain satisfaction index (满意度指数) of a survey: the mean of its answers' indices.

    The index of an answer is the mean of its satisfaction items, each put on a scale from 0 to
    100. Every answer weighs the same, anonymous ones too. A wave without answers has n 0; a wave
    that the survey does not have is a 404. It is the company's figure: 403 for a key that sees
    some customers only, to whom it would tell what others have answered.
    """
    known = found_or_404(
        index_repository.survey(session, survey), "No survey that was published has this id."
    )
    if wave is not None and not index_service.has_wave(session, known, wave):
        raise NotFound(detail="This survey has no wave of this code.")
    horizon = question.horizon
    if question.kept:
        sums = index_service.kept_sums(session, survey, wave)
    else:
        sums = sums_of(index_repository.indices(session, survey, wave=wave, horizon=horizon))
    found = estimate(sums)
    return answer(satisfaction_out(survey, wave, found, as_of=horizon.as_of, made_at=clock.now()))


def _kept(session: Reading, reader: Reader, span: Span, name: str) -> dict[str, Any] | None:
    """Find the answer among the snapshots: the current one, or that of a month's last day."""
    question = span.question
    if reader.rows is not Rows.ALL or span.start is not None:
        return None
    if question.kept:
        found = repository.latest_snapshot(session, name)
        return found.document if found else None
    found = repository.snapshot(session, name, question.horizon.as_of)
    if found is None or question.horizon.until or found.document["currency"] != question.currency:
        return None
    return found.document if settlement.still_true(session, found) else None


def _population(session: Reading, reader: Reader, span: Span) -> Population:
    if span.question.kept and span.start is None:
        return populations.kept_population(session, reader, span.question)
    return populations.population_at(session, reader, span.question, start=span.start)
