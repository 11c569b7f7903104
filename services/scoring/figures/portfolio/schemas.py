"""Response bodies of the portfolio."""

from datetime import date, datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from services.scoring.facts.exchange_rate.domain import combined
from services.scoring.figures.abc.domain import Basis, CustomerClass, Method
from services.scoring.figures.loyalty.domain import Rung
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
from shared.http.schemas import Body


class _PortfolioBody(Body):
    """The base of all bodies here: fields may be read and written by alias (`class`, `from`)."""

    model_config = ConfigDict(
        serialize_by_alias=True, validate_by_name=True, validate_by_alias=True
    )


class ClassRowOut(_PortfolioBody):
    """One class of the ABC table. Shares are in per cent."""

    customer_class: CustomerClass = Field(
        alias="class", description="A: 贵宾型 VIP. B: 重要型 important. C: 普通型 ordinary."
    )
    customers: int = Field(description="Number of customers in the class.", examples=[5])
    customer_share: float | None = Field(
        description="Share of these customers in `n`, in per cent.", examples=[5.0]
    )
    value: Figure = Field(description="Value of these customers together.")
    value_share: float | None = Field(
        description="Share of this value in `total`, in per cent; null if `total` is not above 0.",
        examples=[48.2],
    )
    reference_share: float = Field(
        description="Share of value to compare with: 50, 30, 20 unless the model has others.",
        examples=[50.0],
    )
    threshold: Figure | None = Field(
        description="The least value of a customer in the class; null if it is empty."
    )


class AbcOut(_PortfolioBody):
    """The ABC table: customers classed by value (ABC 分类)."""

    n: int = Field(description="Number of customers with a purchase. Others have no class.")
    total: Figure = Field(
        description="Value of these customers together, negative values included."
    )
    currency: str = Field(description="Currency of all amounts in this body.")
    basis: Basis = Field(
        description="How customers were valued. Profit (利润) needs the unit cost of every line of "
        "every customer; without it, revenue (收入) is used whatever was requested."
    )
    method: Method = Field(
        description="count: A is the first 5 % of customers by value, B the next 15 %. value: A "
        "are the first customers until their sum reaches 70 % of `total`, B until it reaches "
        "90 %; the customer who crosses such a limit is in the higher class. A negative value is "
        "C. The limits are the value model's `classes`."
    )
    as_of: date = Field(description="The last local day whose facts count.")
    made_at: datetime = Field(description="When these figures were computed.")
    model: ModelReference
    gini: float | None = Field(
        description="Gini coefficient (基尼系数), the concentration of value: 0 if all customers "
        "have the same value, close to 1 if one has nearly all of it. Negative values are taken as "
        "0; null if no value is above 0.",
        examples=[0.62],
    )
    classes: list[ClassRowOut] = Field(description="A, B and C, in this order.")
    excluded: list[ExcludedOut] = Field(
        description="Facts that are in no value because their exchange rate is unknown."
    )


class RungRowOut(_PortfolioBody):
    """One rung of the ladder with its customers and their revenue."""

    rung: Rung
    customers: int = Field(description="Number of customers on the rung.", examples=[12])
    revenue: Figure = Field(
        description="Net revenue of these customers in the months up to `as_of`."
    )


class MoveOut(_PortfolioBody):
    """The customers who went from one rung to another, or stayed on the same."""

    start: Rung = Field(alias="from", description="Their rung at the end of the day `from`.")
    end: Rung = Field(alias="to", description="Their rung on `as_of`.")
    customers: int = Field(description="Number of customers with this move.", examples=[3])
    revenue: Figure = Field(
        description="Net revenue of these customers in the months up to `as_of`."
    )


class LadderOut(_PortfolioBody):
    """The loyalty ladder with revenue by rung (忠诚度阶梯, 收入客户分布图)."""

    n: int = Field(
        description="Number of customers on record today, those registered after `as_of` too."
    )
    as_of: date = Field(description="The local day of the ladder.")
    made_at: datetime = Field(description="When these figures were computed.")
    model: ModelReference
    currency: str = Field(description="Currency of all amounts in this body.")
    revenue: Figure = Field(
        description="Net revenue of all customers in the months up to `as_of`, as many as the "
        "model's `ladder_months`."
    )
    rungs: list[RungRowOut] = Field(
        description="Every rung, lowest first, empty ones included. " + RUNG
    )
    moves: list[MoveOut] | None = Field(
        None, description="Moves since the end of the day `from`; null without `from`."
    )
    excluded: list[ExcludedOut] = Field(
        description="Facts that are in no revenue because their exchange rate is unknown."
    )


class SatisfactionOut(_PortfolioBody):
    """The plain satisfaction index (满意度指数) of a survey with its 95 % confidence interval."""

    survey_id: UUID
    wave: str | None = Field(
        description="Code of the wave; null for all waves together.", examples=["2026-H1"]
    )
    as_of: date = Field(description="The last local day whose answers count.")
    made_at: datetime = Field(description="When these figures were computed.")
    n: int = Field(
        description="Number of answers in the index: those with at least one satisfaction item. "
        "(In a score `n` counts the items of one answer.)",
        examples=[12],
    )
    index: float | None = Field(
        description="Mean of the answers' indices, from 0 to 100: the double nearest to the exact "
        "mean. null without an answer.",
        examples=[58.125],
    )
    low: float | None = Field(
        description="Lower end of the 95 % confidence interval (置信区间): index - t s / sqrt(n), "
        "Student, but at least 0. null with fewer than 2 answers.",
        examples=[43.7504],
    )
    high: float | None = Field(
        description="Upper end of the interval: index + t s / sqrt(n), but at most 100. null with "
        "fewer than 2 answers.",
        examples=[72.4996],
    )


def abc_out(population: Population, *, method: Method, wanted: Basis) -> AbcOut:
    """Return the body of the ABC table of a population."""
    table = population.table(method, wanted)
    buyers = (member for member in population.members if member.purchases)
    excluded = (part for member in buyers for part in member.excluded)
    return AbcOut(
        n=table.n,
        total=table.total,
        currency=population.point_in_time.currency,
        basis=population.basis(wanted),
        method=method,
        as_of=population.point_in_time.horizon.as_of,
        made_at=population.made_at,
        model=_model(population),
        gini=table.gini,
        classes=[ClassRowOut.model_validate(row) for row in table.rows],
        excluded=excluded_out(combined(excluded)),
    )


def ladder_out(population: Population, *, since: Population | None = None) -> LadderOut:
    """Return the body of the ladder of a population, with the moves since an earlier one."""
    standings = population.standings()
    steps = moves(since.standings(), standings) if since else None
    rungs = ladder(standings.values())
    excluded = (part for member in population.members for part in member.recent_excluded)
    return LadderOut(
        n=len(standings),
        as_of=population.point_in_time.horizon.as_of,
        made_at=population.made_at,
        model=_model(population),
        currency=population.point_in_time.currency,
        revenue=total_revenue(rungs),
        rungs=[RungRowOut.model_validate(row) for row in rungs],
        moves=None if steps is None else [MoveOut.model_validate(step) for step in steps],
        excluded=excluded_out(combined(excluded)),
    )


def _model(population: Population) -> ModelReference:
    return ModelReference(id=population.model.model_id, version=population.model.version)


def satisfaction_out(
    survey_id: UUID, wave: str | None, index: Index, *, as_of: date, made_at: datetime
) -> SatisfactionOut:
    """Return the body of the index of a survey or of one of its waves."""
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
