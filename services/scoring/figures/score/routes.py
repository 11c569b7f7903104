"""HTTP door of scores."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from services.scoring.facts.customer import repository as customer_repository
from services.scoring.figures.as_of.domain import Question
from services.scoring.figures.as_of.schemas import Asked
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
from shared.http.answers import answer, errors
from shared.http.dependencies import AsyncReading, Reader, Reading, Store
from shared.http.pagination import PageRequest, Paging, answer_page, link, paged_by
from shared.http.routing import Router

router = Router(
    prefix="scores",
    tag="scores",
    about="What each customer is worth (客户价值评分), and why.",
)

CustomerId = Annotated[UUID, Path(description="The customer's id in the registry.")]


@router.get("", response_model=ScorePage, responses=errors())
def list_scores(
    session: Reading,
    reader: Reader,
    paging: Annotated[PageRequest, paged_by("-value_points")],
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
    question: Asked,
) -> Response:
    """Read the score of a customer, as it is now or as of any date.

    The class of a past date is cut among all customers who are on record now.
    """
    if question.kept:
        row, today = (
            await repository.score_row(async_reads, reader, customer_id),
            question.horizon.as_of,
        )
        if row is not None and (row["changes_on"] is None or row["changes_on"] > today):
            return answer(score_out({**row, "as_of": today}))
    return await run_in_threadpool(_computed, store, reader, customer_id, question)


def _computed(store: Store, reader: Reader, customer_id: UUID, question: Question) -> Response:
    with store.reading() as session:
        found = _answered(session, reader, customer_id, question)
        customer_class = population.class_of(session, customer_id, question)
    made = {"made_at": clock.now(), "customer_class": customer_class}
    return answer(score_out({**found.row, **made}))


def _answered(
    session: Reading, reader: Reader, customer_id: UUID, question: Question
) -> ComputedScore:
    row = customer_repository.customer(session, reader, customer_id)
    return service.answer_question(session, found_or_404(row, service.UNKNOWN), question)


@router.get("/{customer_id}/explanation", response_model=ExplanationOut, responses=errors(404))
def explain_score(
    customer_id: CustomerId, session: Reading, reader: Reader, question: Asked, paging: Paging
) -> Response:
    """Show where the value points of a customer come from, fact by fact.

    Each fact names the order or answer that it comes from. Facts come by term, then by day.
    """
    found = _answered(session, reader, customer_id, question)
    terms, following = _page(found.terms, paging)
    body = explanation_out(found.row, terms=terms, following=following)
    return answer(body, headers=link(paging, following))


def _page(terms: Sequence[TermPoints], paging: PageRequest) -> tuple[list[TermPoints], str | None]:
    """Cut one page out of all facts: terms in their order, facts by day and id."""
    keys = [(at, fact) for at, term in enumerate(terms) for fact in term.facts]
    if (after := paging.after) is not None:
        last = _place(after)
        keys = [key for key in keys if _key(*key) > last]
    shown, rest = keys[: paging.limit], keys[paging.limit :]
    cut = [
        replace(term, facts=tuple(fact for place, fact in shown if place == at))
        for at, term in enumerate(terms)
    ]
    return cut, paging.cursor_after(_key(*shown[-1])) if rest else None


def _key(at: int, fact: Contribution) -> tuple[int, date, UUID]:
    return at, fact.occurred_on, fact.fact_id


def _place(after: Sequence[object]) -> tuple[int, date, UUID]:
    try:
        at, day, fact_id = after
        return int(str(at)), date.fromisoformat(str(day)), UUID(str(fact_id))
    except ValueError as error:
        fault = Fault("query:cursor", "cursor", "Use a cursor as it came in `next`.")
        raise Invalid(fault) from error
