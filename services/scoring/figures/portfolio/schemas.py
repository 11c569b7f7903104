"""Response bodies of the ABC table, the loyalty ladder and the satisfaction index."""

from datetime import date, datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from services.scoring.facts.exchange_rate.domain import sum_excluded
from services.scoring.figures.abc.domain import AbcBasis, AbcMethod
from services.scoring.figures.loyalty.ladder import ladder, moves, total_revenue
from services.scoring.figures.satisfaction_index.domain import Index
from services.scoring.figures.score.population import Population
from services.scoring.figures.score.schemas import (
    RUNG,
    ExcludedOut,
    Figure,
    ModelReference,
    excluded_out,
)
from shared.contracts.scoring.score import CustomerClass, Rung
from shared.http.schemas import Body, CurrencyOut


class _PortfolioBody(Body):
    """The base class of the bodies: JSON uses aliases for names that Python reserves (`class`)."""

    model_config = ConfigDict(
        serialize_by_alias=True, validate_by_name=True, validate_by_alias=True
    )


class ClassRowOut(_PortfolioBody):
    """A class in the ABC table. Shares are in per cent."""

    customer_class: CustomerClass = Field(
        alias="class", description="A: 贵宾型 VIP. B: 重要型 important. C: 普通型 ordinary."
    )
    customers: int = Field(description="Number of customers in the class.", examples=[5])
    customer_share: float | None = Field(
        description="Number of these customers in per cent of `n`.", examples=[5.0]
    )
    value: Figure = Field(description="Sum of the values of these customers.")
    value_share: float | None = Field(
        description="This value in per cent of `total`; null if `total` is 0 or less.",
        examples=[48.2],
    )
    reference_share: float = Field(
        description="Typical share of the value in this class, to compare `value_share` with: 50, "
        "30 or 20 unless the value model has other numbers.",
        examples=[50.0],
    )
    threshold: Figure | None = Field(
        description="The lowest value of a customer in the class; null if the class is empty."
    )


class AbcOut(_PortfolioBody):
    """The ABC table: customers divided into classes by value (ABC 分类)."""

    n: int = Field(
        description="Number of customers with a purchase. Customers without one have no class."
    )
    total: Figure = Field(
        description="Sum of the values of these customers, including negative values."
    )
    currency: CurrencyOut = Field(description="Currency of all amounts in this body.")
    basis: AbcBasis = Field(
        description="What was used as the value of a customer. Profit (利润) needs the unit cost "
        "of every line of every customer; without these, revenue (收入) is used whatever was "
        "requested."
    )
    method: AbcMethod = Field(
        description="count: A is the first 5 % of customers by value, B the next 15 %. value: A "
        "are the first customers until the sum of their values reaches 70 % of `total`, B until it "
        "reaches 90 %; the customer with whom the sum crosses a limit is in the higher class. A "
        "customer with a negative value is C. The limits are in the value model's `classes`."
    )
    as_of: date = Field(description="The last local day whose facts are included.")
    made_at: datetime = Field(description="When these figures were computed.")
    model: ModelReference
    gini: float | None = Field(
        description="Gini coefficient (基尼系数), the concentration of value: 0 if all customers "
        "have the same value, close to 1 if one customer has nearly all value. Negative values are "
        "replaced by 0. null if no value is above 0.",
        examples=[0.62],
    )
    classes: list[ClassRowOut] = Field(description="A, B and C, in this order.")
    excluded: list[ExcludedOut] = Field(
        description="Facts that are part of no value, because their exchange rate is unknown."
    )


class RungRowOut(_PortfolioBody):
    """A rung of the loyalty ladder with its customers and their revenue."""

    rung: Rung
    customers: int = Field(description="Number of customers on the rung.", examples=[12])
    revenue: Figure = Field(
        description="Net revenue of these customers in the last months up to `as_of`."
    )


class MoveOut(_PortfolioBody):
    """The customers who went from one rung of the loyalty ladder to another, or stayed."""

    start: Rung = Field(alias="from", description="Their rung at the end of the day `from`.")
    end: Rung = Field(alias="to", description="Their rung on `as_of`.")
    customers: int = Field(description="Number of customers who made this move.", examples=[3])
    revenue: Figure = Field(
        description="Net revenue of these customers in the last months up to `as_of`."
    )


class LadderOut(_PortfolioBody):
    """The loyalty ladder with revenue by rung (忠诚度阶梯, 收入客户分布图)."""

    n: int = Field(
        description="Number of customers on record today, including those registered after `as_of`."
    )
    as_of: date = Field(description="The local day of the ladder.")
    made_at: datetime = Field(description="When these figures were computed.")
    model: ModelReference
    currency: CurrencyOut = Field(description="Currency of all amounts in this body.")
    revenue: Figure = Field(
        description="Net revenue of all customers in the last months up to `as_of`. The value "
        "model's `ladder_months` says how many months."
    )
    rungs: list[RungRowOut] = Field(
        description="Every rung, lowest first, including rungs without customers. " + RUNG
    )
    moves: list[MoveOut] | None = Field(
        None, description="Moves since the end of the day `from`; null without `from`."
    )
    excluded: list[ExcludedOut] = Field(
        description="Facts that are part of no revenue, because their exchange rate is unknown."
    )


class SatisfactionOut(_PortfolioBody):
    """The satisfaction index (满意度指数) of a survey with its 95 % confidence interval."""

    survey_id: UUID
    wave: str | None = Field(
        description="Code of the wave; null if the index is over all waves.", examples=["2026-H1"]
    )
    as_of: date = Field(description="The last local day whose responses are included.")
    made_at: datetime = Field(description="When these figures were computed.")
    n: int = Field(
        description="Number of responses in the index: those with at least one answered "
        "satisfaction item. (In a score `n` is the number of answered items of one response.)",
        examples=[12],
    )
    index: float | None = Field(
        description="Mean of the responses' indices, from 0 to 100: the floating-point number "
        "nearest to the exact mean. null without a response.",
        examples=[58.125],
    )
    low: float | None = Field(
        description="Lower end of the 95 % confidence interval (置信区间) by Student's t "
        "distribution: index - t s / sqrt(n), but at least 0; s is the standard deviation of the "
        "responses' indices. null with fewer than 2 responses.",
        examples=[43.7504],
    )
    high: float | None = Field(
        description="Upper end of the interval: index + t s / sqrt(n), but at most 100. null with "
        "fewer than 2 responses.",
        examples=[72.4996],
    )


def abc_out(population: Population, *, method: AbcMethod, requested: AbcBasis) -> AbcOut:
    """Return the response body for the ABC table of a population."""
    table = population.table(method, requested)
    buyers = (member for member in population.members if member.purchases)
    excluded = (amount for member in buyers for amount in member.excluded)
    return AbcOut(
        n=table.n,
        total=table.total,
        currency=population.point_in_time.currency,
        basis=population.basis(requested),
        method=method,
        as_of=population.point_in_time.cutoff.as_of,
        made_at=population.made_at,
        model=_model_reference(population),
        gini=table.gini,
        classes=[ClassRowOut.model_validate(row) for row in table.rows],
        excluded=excluded_out(sum_excluded(excluded)),
    )


def ladder_out(population: Population, *, earlier: Population | None = None) -> LadderOut:
    """Return the response body for the ladder of a population.

    If `earlier` is given, it has the moves from that population to this one.
    """
    standings = population.standings()
    all_moves = moves(earlier.standings(), standings) if earlier else None
    rungs = ladder(standings.values())
    excluded = (amount for member in population.members for amount in member.recent_excluded)
    return LadderOut(
        n=len(standings),
        as_of=population.point_in_time.cutoff.as_of,
        made_at=population.made_at,
        model=_model_reference(population),
        currency=population.point_in_time.currency,
        revenue=total_revenue(rungs),
        rungs=[RungRowOut.model_validate(row) for row in rungs],
        moves=None if all_moves is None else [MoveOut.model_validate(move) for move in all_moves],
        excluded=excluded_out(sum_excluded(excluded)),
    )


def _model_reference(population: Population) -> ModelReference:
    return ModelReference(id=population.model.model_id, version=population.model.version)


def satisfaction_out(
    survey_id: UUID, wave: str | None, index: Index, *, as_of: date, made_at: datetime
) -> SatisfactionOut:
    """Return the response body for the satisfaction index of a survey, or of one wave if given."""
    return SatisfactionOut(
        survey_id=survey_id,
        wave=wave,
        as_of=as_of,
        made_at=made_at,
        n=index.n,
        index=index.index,
        low=index.low,
        high=index.high,
    )
