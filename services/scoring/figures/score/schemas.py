"""Response bodies of scores and their explanations."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from services.scoring.facts.exchange_rate.domain import ExcludedAmount
from services.scoring.facts.fact.domain import FactKind
from services.scoring.figures.score.domain import Contribution, TermPoints
from services.scoring.figures.score.models import StoredScore
from shared.contracts.registry.external_id import ExternalId
from shared.contracts.scoring.score import CustomerClass, Rung
from shared.database import RowView
from shared.http.schemas import Body, CurrencyOut, ExactOut, ExternalIdOut, FacetedPage

Figure = Annotated[ExactOut, Field(description="An exact decimal, as text.")]

RUNG = (
    "Rung of the loyalty ladder (忠诚度阶梯). suspect (仅建档): has bought nothing. disqualified "
    "(不合格): has bought nothing and is marked as disqualified. first_time (首次购买), repeat "
    "(重复购买) and client (常客): by the number of purchase days. inactive (沉默): has bought and "
    "is silent. prospect, member, advocate and partner are not used yet. If a disqualified "
    "customer buys something, the rung depends on the purchase days as for any other customer; "
    "the mark changes neither class nor revenue. The mark internal has no effect on scores."
)


class ModelReference(Body):
    """The version of the value model with which the figures were computed."""

    id: UUID = Field(
        description="Id of the model; GET /v1/value-models/{model_id} returns its rules."
    )
    version: int


class CustomerSatisfactionOut(Body):
    """The satisfaction index of the customer's latest response to a survey."""

    index: float = Field(description="From 0 to 100.", examples=[87.5])
    n: int = Field(
        description="Number of satisfaction items that the customer answered in that response. "
        "(In /v1/portfolio/satisfaction `n` is a number of responses.)",
        examples=[6],
    )


class ExcludedOut(Body):
    """Facts that are part of no amount and no points, because their exchange rate is unknown."""

    currency: CurrencyOut = Field(description="The currency of the facts.", examples=["USD"])
    facts: int = Field(description="Number of excluded facts.", examples=[2])
    amount: Figure = Field(
        description="Sum of the amounts of these facts, in that currency.", examples=["1250"]
    )


class ScoreOut(Body):
    """The score of a customer (客户评价)."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    customer_id: UUID
    as_of: date = Field(description="The local day of the score.", examples=["2026-10-31"])
    made_at: datetime = Field(description="When the score was computed.")
    model: ModelReference
    currency: CurrencyOut = Field(
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
        description="Whether the customer has bought something, but nothing since for longer than "
        "the value model allows (沉默)."
    )
    satisfaction: CustomerSatisfactionOut | None = Field(
        description="Satisfaction (满意度) in the customer's latest response to a survey; null "
        "without a response."
    )
    revenue: Figure = Field(
        description="Revenue of all time, net of returns and discounts (净收入).",
        examples=["105862"],
    )
    recent_revenue: Figure = Field(
        description="Net revenue of the last months only. The value model's `ladder_months` says "
        "how many months.",
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
        description="Purchases and returns that are part of neither `value_points` nor `revenue`, "
        "because their exchange rate is unknown. The purchases are part of `purchase_days`."
    )


class ScorePage(FacetedPage[ScoreOut]):
    """A page of scores."""


class OrderSource(Body):
    """The order from which a fact comes."""

    type: Literal["order"] = Field(description="An order.")
    id: UUID = Field(
        description="Id of the order; GET /v1/orders/{order_id} returns its lines.",
        examples=["0199a7c0-0000-7000-8000-000000000000"],
    )
    external_id: ExternalIdOut | None = Field(
        description="The number of the order in your own system. null if the order was recorded "
        "before scoring stored such numbers, and has not changed since."
    )


class ResponseSource(Body):
    """The response to a survey from which a fact comes."""

    type: Literal["response"] = Field(description="A response to a survey.")
    id: UUID = Field(description="Id of the response.")


class FactOut(Body):
    """A fact (事实) and the points that it adds to a term."""

    fact_id: UUID = Field(
        description="Id of the fact. There is no route that returns a fact; `source` says from "
        "which order or response it comes."
    )
    source: OrderSource | ResponseSource = Field(
        discriminator="type",
        description="The order (`type` is order) or the response to a survey (response) from "
        "which the fact comes. One order may give two facts: what was bought and what was returned "
        "in it.",
    )
    kind: FactKind = Field(
        description="purchase: the lines bought in the order. return: the lines returned in it. "
        "answer: an answer to a survey.",
        examples=["purchase"],
    )
    occurred_on: date = Field(description="The local day of the order or answer.")
    amount: Figure = Field(
        description="Amount of money in `currency`, negative for a return; for an answer, the "
        "satisfaction index (0-100)."
    )
    currency: CurrencyOut | None = Field(
        description="Currency of `amount`; null for an answer.", examples=["CNY"]
    )
    points: Figure = Field(description="Points that the fact adds to the term.")
    rule: str = Field(
        description="The rule that gives the points, in words.",
        examples=["1 point per 100 000, net of returns and discounts"],
    )


class TermPointsOut(Body):
    """A term of the value points. `facts` has only the facts on this page."""

    term: str = Field(description="Name of the term in the model.", examples=["purchases"])
    points: Figure = Field(
        description="Points of all facts of the term, also of those on other pages."
    )
    facts: list[FactOut]


class ExplanationOut(Body):
    """Where the value points come from. The points of all facts sum exactly to the value points."""

    customer_id: UUID
    as_of: date = Field(description="The local day of the score.", examples=["2026-10-31"])
    model: ModelReference
    currency: CurrencyOut = Field(
        description="Currency into which amounts are converted to give points."
    )
    value_points: Figure = Field(description="The sum of the terms.")
    terms: list[TermPointsOut] = Field(description="The terms that are switched on in the model.")
    excluded: list[ExcludedOut] = Field(
        description="Facts that give no points because their exchange rate is unknown."
    )
    next: str | None = Field(
        description="Value of the parameter `cursor` for the next page; null on the last page."
    )


_COLUMNS = set(StoredScore.__table__.c.keys())
_SCORE_COLUMNS = ScoreOut.model_fields.keys() & _COLUMNS
_EXPLANATION_COLUMNS = ExplanationOut.model_fields.keys() & _COLUMNS


def score_out(row: RowView) -> ScoreOut:
    """Return the response body for a score, either a stored row or a computed one."""
    index = row["satisfaction_index"]
    satisfaction = None if index is None else {"index": float(index), "n": row["satisfaction_n"]}
    columns = {name: row[name] for name in _SCORE_COLUMNS}
    return ScoreOut.model_validate(
        columns | {"model": _model_reference(row), "satisfaction": satisfaction}
    )


def explanation_out(
    row: RowView,
    *,
    terms: Sequence[TermPoints],
    external_ids: Mapping[UUID, ExternalId],
    following: str | None,
) -> ExplanationOut:
    """Return the response body for one page of an explanation.

    `row` is the computed score, `terms` are the terms with the facts on this page, `external_ids`
    are those of the orders on this page by order id, and `following` is the cursor of the next
    page.
    """
    columns = {name: row[name] for name in _EXPLANATION_COLUMNS}
    rest = {
        "model": _model_reference(row),
        "terms": [_term_out(term, external_ids) for term in terms],
        "next": following,
    }
    return ExplanationOut.model_validate(columns | rest)


def excluded_out(excluded: Sequence[ExcludedAmount]) -> list[ExcludedOut]:
    """Return the part of a response body that lists excluded amounts, one for each currency."""
    return [ExcludedOut.model_validate(each) for each in excluded]


def _model_reference(row: RowView) -> ModelReference:
    return ModelReference(id=row["model_id"], version=row["model_version"])


def _term_out(term: TermPoints, external_ids: Mapping[UUID, ExternalId]) -> TermPointsOut:
    """Return the response body for one term (one of the summands of the value points)."""
    facts = [_fact_out(fact, external_ids) for fact in term.facts]
    return TermPointsOut(term=term.term, points=term.points, facts=facts)


def _fact_out(fact: Contribution, external_ids: Mapping[UUID, ExternalId]) -> FactOut:
    """Return the response body for one fact; it names the order or the response it comes from."""
    return FactOut(
        fact_id=fact.fact_id,
        source=_source_out(fact, external_ids.get(fact.source_id)),
        kind=FactKind(fact.kind),
        occurred_on=fact.occurred_on,
        amount=fact.amount,
        currency=fact.currency,
        points=fact.points,
        rule=fact.rule,
    )


def _source_out(fact: Contribution, external_id: ExternalId | None) -> OrderSource | ResponseSource:
    """Return the order or the response from which a fact comes, by the kind of the fact."""
    match FactKind(fact.kind):
        case FactKind.PURCHASE | FactKind.RETURN:
            out = external_id and ExternalIdOut.model_validate(external_id)
            return OrderSource(type="order", id=fact.source_id, external_id=out or None)
        case FactKind.ANSWER:
            return ResponseSource(type="response", id=fact.source_id)
