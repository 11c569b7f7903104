"""Bodies of the portfolio."""

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


class _Answer(Body):
    """What every portfolio answer says of itself."""

    model_config = ConfigDict(
        serialize_by_alias=True, validate_by_name=True, validate_by_alias=True
    )


class ClassRowOut(_Answer):
    """One class of the ABC table; shares in per cent."""

    customer_class: CustomerClass = Field(
        alias="class", description="A 贵宾型 VIP, B 重要型 important, C 普通型 ordinary."
    )
    customers: int = Field(description="How many are in it.", examples=[5])
    customer_share: float | None = Field(
        description="Their share of `n`, in per cent.", examples=[5.0]
    )
    value: Figure = Field(description="What they are worth together.")
    value_share: float | None = Field(
        description="Its share of `total`, in per cent; null where `total` is not above 0.",
        examples=[48.2],
    )
    reference_share: float = Field(
        description="Share of value to compare with: 50, 30, 20 unless the model says otherwise.",
        examples=[50.0],
    )
    threshold: Figure | None = Field(description="The least value in the class.")


class AbcOut(_Answer):
    """Customers classed by value (ABC 分类)."""

    n: int = Field(description="Customers with a purchase; nobody else has a class.")
    total: Figure = Field(description="What they are worth together, negative values included.")
    currency: str = Field(description="Of all amounts here.")
    basis: Basis = Field(
        description="What was counted. Profit (利润) needs the unit cost of every line of every "
        "customer counted; otherwise it is revenue (收入), whatever was asked for."
    )
    method: Method = Field(
        description="count: A is the first 5 % of customers by value, B the next 15 %. value: A "
        "until their sum reaches 70 % of `total`, B 90 %, and who crosses the cut is in the higher "
        "class. A negative value is C. The cuts are the model's `classes`."
    )
    as_of: date = Field(description="The last local day that counts.")
    made_at: datetime = Field(description="When it was computed.")
    model: ModelReference
    gini: float | None = Field(
        description="Gini coefficient (基尼系数), how concentrated value is: 0 all alike, "
        "towards 1 one customer has it all. Negative values are taken as 0; null without any.",
        examples=[0.62],
    )
    classes: list[ClassRowOut] = Field(description="A, B and C, in this order.")
    excluded: list[ExcludedOut] = Field(description="What is in no value here.")


class RungRowOut(_Answer):
    """One rung: how many stand on it and what they brought."""

    rung: Rung
    customers: int = Field(description="How many stand on it.", examples=[12])
    revenue: Figure = Field(description="Their revenue of the months before.")


class MoveOut(_Answer):
    """How many went from one rung to another; who stayed is among them."""

    start: Rung = Field(alias="from", description="Where they stood at the end of `from`.")
    end: Rung = Field(alias="to", description="Where they stand on `as_of`.")
    customers: int = Field(description="How many went this way.", examples=[3])
    revenue: Figure = Field(description="Their revenue of the months before `as_of`.")


class LadderOut(_Answer):
    """The loyalty ladder with its revenue (忠诚度阶梯, 收入客户分布图)."""

    n: int = Field(description="Customers on record today, those registered after `as_of` too.")
    as_of: date = Field(description="The local day of the ladder.")
    made_at: datetime = Field(description="When it was computed.")
    model: ModelReference
    currency: str = Field(description="Of all amounts here.")
    revenue: Figure = Field(
        description="Net revenue of the months up to `as_of` (the model's `ladder_months`); the "
        "sum over the rungs."
    )
    rungs: list[RungRowOut] = Field(description="Every rung, lowest first, empty ones too. " + RUNG)
    moves: list[MoveOut] | None = Field(None, description="Only with `from`: who moved since.")
    excluded: list[ExcludedOut] = Field(description="What is in no revenue here.")


class SatisfactionOut(_Answer):
    """The plain satisfaction index of a survey with its 95 % interval (满意度指数)."""

    survey_id: UUID
    wave: str | None = Field(description="null: all waves together.", examples=["2026-H1"])
    as_of: date = Field(description="Answers up to this local day count.")
    made_at: datetime = Field(description="When it was computed.")
    n: int = Field(
        description="Answers in the index: those with at least one satisfaction item. (In a score "
        "`n` counts items of one answer.)",
        examples=[12],
    )
    index: float | None = Field(
        description="Mean of the answers' indices, 0 to 100: the double nearest to the exact mean. "
        "null without an answer.",
        examples=[58.125],
    )
    low: float | None = Field(
        description="Lower end of the 95 % confidence interval (置信区间): index - t s / sqrt(n), "
        "Student, cut off at 0. null with fewer than 2 answers.",
        examples=[43.7504],
    )
    high: float | None = Field(
        description="Upper end: index + t s / sqrt(n), cut off at 100. null with fewer than 2.",
        examples=[72.4996],
    )


def abc_out(population: Population, *, method: Method, wanted: Basis) -> AbcOut:
    """Present a population classed by value."""
    table = population.table(method, wanted)
    bought = (member for member in population.members if member.purchases)
    left_out = (part for member in bought for part in member.excluded)
    return AbcOut(
        n=table.n,
        total=table.total,
        currency=population.question.currency,
        basis=population.basis(wanted),
        method=method,
        as_of=population.question.horizon.as_of,
        made_at=population.made_at,
        model=_model(population),
        gini=table.gini,
        classes=[ClassRowOut.model_validate(row) for row in table.rows],
        excluded=excluded_out(combined(left_out)),
    )


def ladder_out(population: Population, *, since: Population | None = None) -> LadderOut:
    """Present a population on the ladder; with who moved since another date."""
    standings = population.standings()
    steps = moves(since.standings(), standings) if since else None
    rungs = ladder(standings.values())
    left_out = (part for member in population.members for part in member.recent_excluded)
    return LadderOut(
        n=len(standings),
        as_of=population.question.horizon.as_of,
        made_at=population.made_at,
        model=_model(population),
        currency=population.question.currency,
        revenue=total_revenue(rungs),
        rungs=[RungRowOut.model_validate(row) for row in rungs],
        moves=None if steps is None else [MoveOut.model_validate(step) for step in steps],
        excluded=excluded_out(combined(left_out)),
    )


def _model(population: Population) -> ModelReference:
    return ModelReference(id=population.model.model_id, version=population.model.version)


def satisfaction_out(
    survey_id: UUID, wave: str | None, index: Index, *, as_of: date, made_at: datetime
) -> SatisfactionOut:
    """Present the index of a survey."""
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
