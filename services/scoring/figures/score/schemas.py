"""Bodies of scores."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, PlainSerializer, WithJsonSchema

from services.scoring.facts.exchange_rate.domain import Excluded
from services.scoring.facts.fact.domain import Kind
from services.scoring.figures.abc.domain import CustomerClass
from services.scoring.figures.loyalty.domain import Rung
from services.scoring.figures.score.domain import Contribution, TermPoints
from services.scoring.figures.score.models import KeptScore
from services.scoring.models import Row
from shared.http.schemas import Body, Page
from shared.money import plain

Figure = Annotated[
    Decimal,
    PlainSerializer(plain, return_type=str),
    WithJsonSchema({"type": "string"}),
    Field(description="An exact decimal, as text.", examples=["12.5"]),
]

RUNG = (
    "Rung of the loyalty ladder (忠诚度阶梯): suspect (仅建档) has bought nothing; disqualified "
    "(不合格) the same, and is marked so; first_time (首次购买), repeat (重复购买) and client "
    "(常客) by purchase days; inactive (沉默) has bought and is silent. prospect, member, "
    "advocate and partner are not given yet. Who is marked disqualified and buys stands where "
    "the purchases put them: the mark changes neither class nor revenue. The mark internal "
    "changes nothing here."
)


class ModelReference(Body):
    """The version of the value model that counted."""

    id: UUID = Field(description="Its rules: GET /v1/value-models/{model_id}.")
    version: int


class CustomerSatisfactionOut(Body):
    """The satisfaction index of the customer's latest answer."""

    index: float = Field(description="From 0 to 100.", examples=[87.5])
    n: int = Field(
        description="Satisfaction items that were answered in that one answer. (In "
        "/v1/portfolio/satisfaction `n` counts answers.)",
        examples=[6],
    )


class ExcludedOut(Body):
    """Facts that are in no figure of money because no exchange rate of their day is known."""

    currency: str = Field(description="The currency of the facts.", examples=["USD"])
    facts: int = Field(description="How many were left out.", examples=[2])
    amount: Figure = Field(description="Their sum, in that currency.", examples=["1250"])


class ScoreOut(Body):
    """The score of a customer (客户评价)."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    customer_id: UUID
    as_of: date = Field(
        description="The local day that the score is about.", examples=["2026-10-31"]
    )
    made_at: datetime = Field(description="When it was computed.")
    model: ModelReference
    currency: str = Field(description="Of `revenue` and `recent_revenue`.", examples=["CNY"])
    value_points: Figure = Field(
        description="Value points (客户价值分): 1 for each 100 000 bought, net, unless the model "
        "says otherwise. GET /v1/scores/{customer_id}/explanation shows where they come from.",
        examples=["1.05862"],
    )
    customer_class: CustomerClass | None = Field(
        alias="class",
        description="Class among all customers of the company (ABC 客户分类), by count: A 贵宾型, "
        "B 重要型, C 普通型. null without a purchase, and for some seconds after the first.",
        examples=["A"],
    )
    rung: Rung = Field(description=RUNG, examples=["first_time"])
    silent: bool = Field(description="Has bought, and has been quiet for too long (沉默).")
    satisfaction: CustomerSatisfactionOut | None = Field(
        description="Of the customer's latest answer to a survey; null without one (满意度)."
    )
    revenue: Figure = Field(
        description="Purchases of all time, net of returns and discounts (净收入).",
        examples=["105862"],
    )
    recent_revenue: Figure = Field(
        description="The same, of the last months only: as many as the model's `ladder_months`.",
        examples=["105862"],
    )
    purchase_days: int = Field(
        description="Local days with a purchase (购买天数). An order at a price of 0 is one too.",
        examples=[1],
    )
    last_purchase_on: date | None = Field(description="The last such day.", examples=["2026-10-03"])
    excluded: list[ExcludedOut] = Field(
        description="What is not in `value_points` and `revenue`; its days count as purchase days."
    )


class ScorePage(Page[ScoreOut]):
    """A page of scores."""


class FactOut(Body):
    """One fact (事实) and the points that it gives."""

    fact_id: UUID = Field(
        description="Names this part of one version of an order or answer. It cannot be looked up: "
        "take `order_id`."
    )
    order_id: UUID | None = Field(
        description="The order that it comes from: GET /v1/orders/{order_id} shows its number and "
        "lines. null for an answer.",
        examples=["0199a7c0-0000-7000-8000-000000000000"],
    )
    response_id: UUID | None = Field(
        description="The answer to a survey that it comes from; null for an order."
    )
    kind: str = Field(
        description="purchase: what was bought in the order; return: what came back in it; "
        "answer: to a survey.",
        examples=["purchase"],
    )
    occurred_on: date = Field(description="The local day of the order or answer.")
    amount: Figure = Field(
        description="In its own currency, negative for a return; of an answer, its index (0-100)."
    )
    currency: str | None = Field(description="null for an answer.", examples=["CNY"])
    points: Figure = Field(description="What it adds to the points of the term.")
    rule: str = Field(
        description="How the points come about, in words.",
        examples=["1 point per 100 000, net of returns and discounts"],
    )


class TermPointsOut(Body):
    """One term of the value points; `facts` are those of this page."""

    term: str = Field(description="Its name in the model.", examples=["purchases"])
    points: Figure = Field(description="Of all facts of the term, not only those of this page.")
    facts: list[FactOut]


class ExplanationOut(Body):
    """Where the value points come from: the points of all facts sum to them exactly."""

    customer_id: UUID
    as_of: date = Field(
        description="The local day that the score is about.", examples=["2026-10-31"]
    )
    model: ModelReference
    currency: str = Field(description="The currency that points are counted in.")
    value_points: Figure = Field(description="The sum of the terms.")
    terms: list[TermPointsOut] = Field(description="The terms that the model has switched on.")
    excluded: list[ExcludedOut] = Field(description="What gives no points for want of a rate.")
    next: str | None = Field(description="Send it as `cursor` to get the following facts.")


_COLUMNS = set(KeptScore.__table__.c.keys())
_SHOWN = ScoreOut.model_fields.keys() & _COLUMNS
_EXPLAINED = ExplanationOut.model_fields.keys() & _COLUMNS


def score_out(row: Row) -> ScoreOut:
    """Present a score, kept or computed for a question."""
    index = row["satisfaction_index"]
    answered = None if index is None else {"index": float(index), "n": row["satisfaction_n"]}
    shown = {name: row[name] for name in _SHOWN}
    return ScoreOut.model_validate(shown | {"model": _model(row), "satisfaction": answered})


def explanation_out(
    row: Row, *, terms: Sequence[TermPoints], following: str | None
) -> ExplanationOut:
    """Present one page of the explanation of a score; `terms` hold its facts."""
    shown = {name: row[name] for name in _EXPLAINED}
    return ExplanationOut.model_validate(
        shown | {"model": _model(row), "terms": [_term(term) for term in terms], "next": following}
    )


def excluded_out(excluded: Sequence[Excluded]) -> list[ExcludedOut]:
    """Present what was left out."""
    return [ExcludedOut.model_validate(each) for each in excluded]


def _model(row: Row) -> ModelReference:
    return ModelReference(id=row["model_id"], version=row["model_version"])


def _term(term: TermPoints) -> TermPointsOut:
    facts = [_fact(fact) for fact in term.facts]
    return TermPointsOut(term=term.term, points=term.points, facts=facts)


def _fact(fact: Contribution) -> FactOut:
    is_answer = fact.kind == Kind.ANSWER
    return FactOut(
        fact_id=fact.fact_id,
        order_id=None if is_answer else fact.source_id,
        response_id=fact.source_id if is_answer else None,
        kind=fact.kind,
        occurred_on=fact.occurred_on,
        amount=fact.amount,
        currency=fact.currency,
        points=fact.points,
        rule=fact.rule,
    )
