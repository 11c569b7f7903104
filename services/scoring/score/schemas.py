"""Bodies of scores."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, PlainSerializer

from services.scoring.exact import plain
from services.scoring.loyalty.domain import Rung
from services.scoring.portfolio.domain import CustomerClass
from services.scoring.rate.domain import Excluded
from services.scoring.score.domain import Contribution, Question, TermPoints
from services.scoring.score.service import Answer
from shared.http.schemas import Body, Page

Figure = Annotated[
    Decimal,
    PlainSerializer(plain, return_type=str),
    Field(description="An exact decimal.", examples=["12.5"]),
]


class ModelBody(Body):
    """The version of the value model that counted."""

    id: UUID
    version: int


class SatisfactionBody(Body):
    """The satisfaction index of the customer's latest answer."""

    index: float = Field(description="From 0 to 100.", examples=[87.5])
    n: int = Field(description="Items that were answered.")


class ExcludedBody(Body):
    """Facts that are in no figure because no exchange rate is known for their day."""

    currency: str
    facts: int
    amount: Figure


class ScoreBody(Body):
    """The score of a customer (客户评价)."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    customer_id: UUID
    as_of: date
    made_at: datetime
    model: ModelBody
    currency: str
    value_points: Figure
    customer_class: CustomerClass | None = Field(
        alias="class", description="ABC by count, null without a purchase (客户分类)."
    )
    rung: Rung = Field(description="Rung of the loyalty ladder (忠诚度阶梯).")
    silent: bool
    satisfaction: SatisfactionBody | None
    revenue: Figure = Field(description="Purchases net of returns and discounts.")
    recent_revenue: Figure = Field(description="The same, of the model's months up to the day.")
    purchase_days: int
    last_purchase_on: date | None
    excluded: list[ExcludedBody]


class ScorePage(Page[ScoreBody]):
    """Scores by falling value."""


class FactBody(Body):
    """One fact and the points that it gives."""

    fact_id: UUID
    kind: str = Field(examples=["purchase"])
    occurred_on: date
    amount: Figure = Field(description="In its own currency; of an answer, its index.")
    currency: str | None
    points: Figure
    rule: str = Field(examples=["1 point per 100 000, net of returns and discounts"])


class TermBody(Body):
    """One term of the value points; `facts` are those of this page."""

    term: str = Field(examples=["purchases"])
    points: Figure
    facts: list[FactBody]


class ExplanationBody(Body):
    """Where the value points come from: the points of all facts sum to them exactly."""

    customer_id: UUID
    as_of: date
    model: ModelBody
    currency: str
    value_points: Figure
    terms: list[TermBody]
    excluded: list[ExcludedBody]
    next: str | None = Field(description="Send it as `cursor` to get the following facts.")


def kept_body(row: Any, as_of: date | None = None) -> ScoreBody:
    """Write a kept score, which holds until the day that it names."""
    index = row.satisfaction_index
    return ScoreBody(
        customer_id=row.customer_id,
        as_of=as_of or row.as_of,
        made_at=row.made_at,
        model=ModelBody(id=row.model_id, version=row.model_version),
        currency=row.currency,
        value_points=row.value_points,
        customer_class=row.customer_class,
        rung=row.rung,
        silent=row.silent,
        satisfaction=None if index is None else _satisfaction(index, row.satisfaction_n),
        revenue=row.revenue,
        recent_revenue=row.recent_revenue,
        purchase_days=row.purchase_days,
        last_purchase_on=row.last_purchase_on,
        excluded=[ExcludedBody(**each) for each in row.excluded],
    )


def computed_body(
    customer_id: UUID,
    answer: Answer,
    question: Question,
    *,
    made_at: datetime,
    customer_class: CustomerClass | None,
) -> ScoreBody:
    """Write a score that was computed for this question."""
    score = answer.score
    satisfaction = score.satisfaction
    return ScoreBody(
        customer_id=customer_id,
        as_of=question.horizon.as_of,
        made_at=made_at,
        model=model_body(answer),
        currency=question.currency,
        value_points=score.value_points,
        customer_class=customer_class,
        rung=score.rung,
        silent=score.silent,
        satisfaction=_satisfaction(satisfaction.index, satisfaction.n) if satisfaction else None,
        revenue=score.revenue,
        recent_revenue=score.recent_revenue,
        purchase_days=score.purchase_days,
        last_purchase_on=score.last_purchase_on,
        excluded=excluded_bodies(score.excluded),
    )


def explanation_body(
    customer_id: UUID,
    answer: Answer,
    question: Question,
    *,
    terms: Sequence[TermPoints],
    following: str | None,
) -> ExplanationBody:
    """Write one page of an explanation; `terms` hold its facts, `answer` all of them."""
    return ExplanationBody(
        customer_id=customer_id,
        as_of=question.horizon.as_of,
        model=model_body(answer),
        currency=question.currency,
        value_points=answer.score.value_points,
        terms=[
            TermBody(term=term.term, points=term.points, facts=[_fact(fact) for fact in term.facts])
            for term in terms
        ],
        excluded=excluded_bodies(answer.score.excluded),
        next=following,
    )


def score_page(rows: Sequence[Any], following: str | None) -> ScorePage:
    """Write one page of kept scores."""
    return ScorePage(items=[kept_body(row) for row in rows], next=following)


def model_body(answer: Answer) -> ModelBody:
    """Name the model that counted."""
    return ModelBody(id=answer.model.model_id, version=answer.model.version)


def excluded_bodies(excluded: Sequence[Excluded]) -> list[ExcludedBody]:
    """Write what was left out."""
    return [ExcludedBody.model_validate(each) for each in excluded]


def _satisfaction(index: Decimal, n: int) -> SatisfactionBody:
    return SatisfactionBody(index=float(index), n=n)


def _fact(fact: Contribution) -> FactBody:
    return FactBody.model_validate(fact)
