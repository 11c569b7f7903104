"""Response bodies of scores and their explanations."""

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
from services.scoring.figures.score.models import StoredScore
from services.scoring.models import Row
from shared.http.schemas import Body, Page
from shared.money import format_decimal

Figure = Annotated[
    Decimal,
    PlainSerializer(format_decimal, return_type=str),
    WithJsonSchema({"type": "string"}),
    Field(description="An exact decimal, as text.", examples=["12.5"]),
]

RUNG = (
    "Rung of the loyalty ladder (忠诚度阶梯). suspect (仅建档): has bought nothing. disqualified "
    "(不合格): has bought nothing and is marked disqualified. first_time (首次购买), repeat "
    "(重复购买) and client (常客): by the number of purchase days. inactive (沉默): has bought and "
    "is silent. prospect, member, advocate and partner are not used yet. A disqualified customer "
    "who buys gets the rung of the purchases: the mark changes neither class nor revenue. The "
    "mark internal has no effect on scores."
)


class ModelReference(Body):
    """The version of the value model that the figures were computed with."""

    id: UUID = Field(
        description="Id of the model; GET /v1/value-models/{model_id} returns its rules."
    )
    version: int


class CustomerSatisfactionOut(Body):
    """The satisfaction index of the customer's latest answer."""

    index: float = Field(description="From 0 to 100.", examples=[87.5])
    n: int = Field(
        description="Number of satisfaction items that the customer answered in that one answer. "
        "(In /v1/portfolio/satisfaction `n` counts answers.)",
        examples=[6],
    )


class ExcludedOut(Body):
    """Facts left out of all amounts because no exchange rate of their day is known."""

    currency: str = Field(description="The currency of the facts.", examples=["USD"])
    facts: int = Field(description="How many facts were left out.", examples=[2])
    amount: Figure = Field(description="Their sum, in that currency.", examples=["1250"])


class ScoreOut(Body):
    """The score of a customer (客户评价)."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    customer_id: UUID
    as_of: date = Field(description="The local day of the score.", examples=["2026-10-31"])
    made_at: datetime = Field(description="When the score was computed.")
    model: ModelReference
    currency: str = Field(
        description="Currency of `revenue` and `recent_revenue`.", examples=["CNY"]
    )
    value_points: Figure = Field(
        description="Value points (客户价值分): 1 for each 100 000 of net revenue, unless the "
        "value model has other rules. GET /v1/scores/{customer_id}/explanation shows where "
        "they come from.",
        examples=["1.05862"],
    )
    customer_class: CustomerClass | None = Field(
        alias="class",
        description="Class among all customers of the company (ABC 客户分类), by count: A 贵宾型, "
        "B 重要型, C 普通型. null without a purchase, and for some seconds after the "
        "first one.",
        examples=["A"],
    )
    rung: Rung = Field(description=RUNG, examples=["first_time"])
    silent: bool = Field(
        description="Whether the customer has bought, and since then has been without a purchase "
        "for longer than the model allows (沉默)."
    )
    satisfaction: CustomerSatisfactionOut | None = Field(
        description="Satisfaction (满意度) in the customer's latest answer to a survey; null "
        "without an answer."
    )
    revenue: Figure = Field(
        description="Revenue of all time, net of returns and discounts (净收入).",
        examples=["105862"],
    )
    recent_revenue: Figure = Field(
        description="Net revenue of the last months only, as many as the model's `ladder_months`.",
        examples=["105862"],
    )
    purchase_days: int = Field(
        description="Number of local days with a purchase (购买天数). An order at a price of 0 "
        "is a purchase too.",
        examples=[1],
    )
    last_purchase_on: date | None = Field(
        description="The last day with a purchase.", examples=["2026-10-03"]
    )
    excluded: list[ExcludedOut] = Field(
        description="Facts that are not in `value_points` and `revenue`. Their days count as "
        "purchase days."
    )


class ScorePage(Page[ScoreOut]):
    """A page of scores."""


class FactOut(Body):
    """One fact (事实) and the points that it adds."""

    fact_id: UUID = Field(
        description="Id of this fact of one version of an order or answer. There is no route for "
        "it; look up `order_id`."
    )
    order_id: UUID | None = Field(
        description="The order that the fact comes from; GET /v1/orders/{order_id} returns its "
        "number and lines. null for an answer.",
        examples=["0199a7c0-0000-7000-8000-000000000000"],
    )
    response_id: UUID | None = Field(
        description="The answer to a survey that the fact comes from; null for an order."
    )
    kind: str = Field(
        description="purchase: the lines bought in the order. return: the lines returned in it. "
        "answer: an answer to a survey.",
        examples=["purchase"],
    )
    occurred_on: date = Field(description="The local day of the order or answer.")
    amount: Figure = Field(
        description="Amount in the fact's own currency, negative for a return; of an answer, its "
        "satisfaction index (0-100)."
    )
    currency: str | None = Field(
        description="Currency of `amount`; null for an answer.", examples=["CNY"]
    )
    points: Figure = Field(description="Points that the fact adds to the term.")
    rule: str = Field(
        description="The rule that gives the points, in words.",
        examples=["1 point per 100 000, net of returns and discounts"],
    )


class TermPointsOut(Body):
    """One term of the value points. `facts` are those of this page."""

    term: str = Field(description="Name of the term in the model.", examples=["purchases"])
    points: Figure = Field(
        description="Points of all facts of the term, not only of those of this page."
    )
    facts: list[FactOut]


class ExplanationOut(Body):
    """Where the value points come from. The points of all facts sum to them exactly."""

    customer_id: UUID
    as_of: date = Field(description="The local day of the score.", examples=["2026-10-31"])
    model: ModelReference
    currency: str = Field(description="Currency into which amounts are converted to give points.")
    value_points: Figure = Field(description="The sum of the terms.")
    terms: list[TermPointsOut] = Field(description="The terms that are switched on in the model.")
    excluded: list[ExcludedOut] = Field(
        description="Facts that give no points because their exchange rate is unknown."
    )
    next: str | None = Field(
        description="Send it as `cursor` to get the next facts; null on the last page."
    )


_COLUMNS = set(StoredScore.__table__.c.keys())
_SCORE_COLUMNS = ScoreOut.model_fields.keys() & _COLUMNS
_EXPLANATION_COLUMNS = ExplanationOut.model_fields.keys() & _COLUMNS


def score_out(row: Row) -> ScoreOut:
    """Return the body of a score, stored or computed."""
    index = row["satisfaction_index"]
    satisfaction = None if index is None else {"index": float(index), "n": row["satisfaction_n"]}
    columns = {name: row[name] for name in _SCORE_COLUMNS}
    return ScoreOut.model_validate(columns | {"model": _model(row), "satisfaction": satisfaction})


def explanation_out(
    row: Row, *, terms: Sequence[TermPoints], following: str | None
) -> ExplanationOut:
    """Return the body of one page of an explanation: `terms` with the facts of this page.

    `following` is the cursor of the next page.
    """
    columns = {name: row[name] for name in _EXPLANATION_COLUMNS}
    rest = {"model": _model(row), "terms": [_term(term) for term in terms], "next": following}
    return ExplanationOut.model_validate(columns | rest)


def excluded_out(excluded: Sequence[Excluded]) -> list[ExcludedOut]:
    """Return the bodies of facts that were left out, one per currency."""
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
