"""HTTP routes of scores: the list, one customer's score, and its explanation."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from services.scoring.facts.customer import repository as customer_repository
from services.scoring.facts.fact import repository as fact_repository
from services.scoring.figures.as_of.domain import PointInTime
from services.scoring.figures.as_of.schemas import AsOfQuery
from services.scoring.figures.score import population, repository, service
from services.scoring.figures.score.domain import Contribution, TermPoints
from services.scoring.figures.score.filters import ScoreFilter
from services.scoring.figures.score.schemas import (
    ExplanationOut,
    ScoreOut,
    ScorePage,
    explanation_out,
    score_out,
)
from services.scoring.figures.score.service import ComputedScore
from shared import clock
from shared.errors import Fault, Invalid, found_or_404
from shared.http.answers import errors, json_response
from shared.http.dependencies import AsyncReading, Reader, Reading, Store
from shared.http.faults import CURSOR, SORT
from shared.http.list_parameters import paged_by
from shared.http.pagination import PageRequest, Paging, answer_page, link_header
from shared.http.routing import Router

router = Router(
    prefix="scores",
    tag="scores",
    about="The score of each customer (客户价值评分), with its explanation.",
)

CustomerId = Annotated[UUID, Path(description="The customer's id in the registry.")]


_SORTS = ("occurred_on", "-occurred_on")


async def _explanation_page(
    paging: Paging,
    sort: Annotated[
        str,
        Query(
            description="Order of the facts within each term: `occurred_on` means the earliest day "
            "first, `-occurred_on` the latest day first.",
            json_schema_extra={"enum": list(_SORTS)},
        ),
    ] = _SORTS[0],
) -> PageRequest:
    """Return the requested page of an explanation."""
    if sort not in _SORTS:
        raise Invalid(Fault("query:sort", SORT, allowed=_SORTS))
    return replace(paging, sort=sort)


@router.get("", response_model=ScorePage, responses=errors())
def list_scores(
    session: Reading,
    reader: Reader,
    paging: Annotated[PageRequest, paged_by(repository.SCORES, ScorePage)],
    filters: Annotated[ScoreFilter, Query()],
) -> Response:
    """List the scores of customers, the most valuable first."""
    found = repository.scores(session, reader, filters, paging=paging)
    return answer_page(ScorePage, score_out, found, paging)


@router.get("/{customer_id}", response_model=ScoreOut, responses=errors(404))
async def read_score(
    customer_id: CustomerId,
    async_reads: AsyncReading,
    store: Store,
    reader: Reader,
    point_in_time: AsOfQuery,
) -> Response:
    """Read the score of a customer, as it is now or as of any date.

    The class as of a past date is computed among all customers who are on record now.
    """
    if point_in_time.is_current:
        today = point_in_time.cutoff.as_of
        row = await repository.score_row(async_reads, reader, customer_id)
        if row is not None and (row["changes_on"] is None or row["changes_on"] > today):
            return json_response(score_out({**row, "as_of": today}))
    return await run_in_threadpool(_computed_score, store, reader, customer_id, point_in_time)


def _computed_score(
    store: Store, reader: Reader, customer_id: UUID, point_in_time: PointInTime
) -> Response:
    """Return the response with a score that is computed from facts, and its class."""
    with store.reading() as session:
        computed = _compute(session, reader, customer_id, point_in_time)
        customer_class = population.class_of(session, customer_id, point_in_time)
    rest = {"made_at": clock.now(), "customer_class": customer_class}
    return json_response(score_out({**computed.row, **rest}))


def _compute(
    session: Reading, reader: Reader, customer_id: UUID, point_in_time: PointInTime
) -> ComputedScore:
    """Compute a customer's score; raise `NotFound` if the customer is not visible to the reader."""
    row = customer_repository.customer(session, reader, customer_id)
    return service.compute_score(session, found_or_404(row, service.UNKNOWN), point_in_time)


@router.get("/{customer_id}/explanation", response_model=ExplanationOut, responses=errors(404))
def explain_score(
    customer_id: CustomerId,
    session: Reading,
    reader: Reader,
    point_in_time: AsOfQuery,
    paging: Annotated[PageRequest, Depends(_explanation_page)],
) -> Response:
    """Explain the value points of a customer by the facts that they come from.

    Every fact names the order or response from which it comes. Facts are ordered by term, then day.
    """
    computed = _compute(session, reader, customer_id, point_in_time)
    terms, following = _page(computed.terms, paging)
    source_ids = {fact.source_id for term in terms for fact in term.facts}
    body = explanation_out(
        computed.row,
        terms=terms,
        external_ids=fact_repository.external_ids(session, source_ids),
        following=following,
    )
    return json_response(body, headers=link_header(paging, following))


def _page(terms: Sequence[TermPoints], paging: PageRequest) -> tuple[list[TermPoints], str | None]:
    """Return one page of the facts, grouped by term, and the cursor of the next page or None.

    A term is a summand of the score. The facts of all terms are one list, sorted by the position of
    the term, then by day and id, in either direction. The list is divided into pages; every page
    names all terms.
    """
    step = -1 if paging.descending else 1
    remaining = [(number, fact) for number, term in enumerate(terms) for fact in term.facts[::step]]
    if (after := paging.after) is not None:
        last = _parse_sort_key(after)
        remaining = [
            each
            for each in remaining
            if _is_after(_sort_key(*each), last, descending=paging.descending)
        ]
    shown, rest = remaining[: paging.limit], remaining[paging.limit :]
    page = [
        replace(term, facts=tuple(fact for term_number, fact in shown if term_number == number))
        for number, term in enumerate(terms)
    ]
    return page, paging.cursor_after(_sort_key(*shown[-1])) if rest else None


def _sort_key(number: int, fact: Contribution) -> tuple[int, date, UUID]:
    """Return the key by which facts are sorted: position of the term, day, fact id."""
    return number, fact.occurred_on, fact.fact_id


def _is_after(
    key: tuple[int, date, UUID], last: tuple[int, date, UUID], *, descending: bool
) -> bool:
    """Return whether a fact comes after the last one of a page; terms are never reversed."""
    if key[0] != last[0] or not descending:
        return key > last
    return key < last


def _parse_sort_key(after: Sequence[object]) -> tuple[int, date, UUID]:
    """Parse the sort key in a cursor; raise `Invalid` if it is malformed."""
    try:
        number, day, fact_id = after
        return int(str(number)), date.fromisoformat(str(day)), UUID(str(fact_id))
    except ValueError as error:
        fault = Fault("query:cursor", CURSOR)
        raise Invalid(fault) from error
