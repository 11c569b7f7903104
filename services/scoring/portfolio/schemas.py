"""Bodies of the portfolio."""

from datetime import date, datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from services.scoring.index.domain import Index
from services.scoring.loyalty.domain import Rung
from services.scoring.portfolio.domain import (
    Basis,
    CustomerClass,
    Method,
    abc,
    buyers_of,
    ladder,
    moves,
    total_revenue,
)
from services.scoring.portfolio.service import Population
from services.scoring.rate.domain import combined
from services.scoring.score.schemas import ExcludedBody, Figure, ModelBody, excluded_bodies
from shared.http.schemas import Body


class _Answer(Body):
    """What every portfolio answer says of itself."""

    model_config = ConfigDict(
        serialize_by_alias=True, validate_by_name=True, validate_by_alias=True
    )


class ClassRowBody(_Answer):
    """One class of the ABC table; shares in per cent."""

    customer_class: CustomerClass = Field(alias="class")
    customers: int
    customer_share: float | None
    value: Figure
    value_share: float | None
    reference_share: float = Field(description="Share of value to compare with.")
    threshold: Figure | None = Field(description="The least value in the class.")


class AbcBody(_Answer):
    """Customers classed by value (ABC 分类)."""

    n: int = Field(description="Customers with a purchase.")
    total: Figure
    currency: str
    basis: Basis = Field(description="What was counted: revenue where costs are not all known.")
    method: Method
    as_of: date
    made_at: datetime
    model: ModelBody
    gini: float | None = Field(description="Concentration: 0 is equal.")
    classes: list[ClassRowBody]
    excluded: list[ExcludedBody]


class RungBody(_Answer):
    """One rung: how many stand on it and what they brought."""

    rung: Rung
    customers: int
    revenue: Figure


class MoveBody(_Answer):
    """How many went from one rung to another; who stayed is among them."""

    start: Rung = Field(alias="from")
    end: Rung = Field(alias="to")
    customers: int
    revenue: Figure


class LadderBody(_Answer):
    """The loyalty ladder with its revenue (忠诚度阶梯, 收入客户分布图)."""

    n: int = Field(description="Customers on record.")
    as_of: date
    made_at: datetime
    model: ModelBody
    currency: str
    revenue: Figure = Field(description="Net, of the months before; the sum over the rungs.")
    rungs: list[RungBody]
    moves: list[MoveBody] | None = Field(None, description="Only between two dates.")
    excluded: list[ExcludedBody]


class SatisfactionBody(_Answer):
    """The plain satisfaction index of a survey with its 95 % interval (满意度指数)."""

    survey_id: UUID
    wave: str | None
    as_of: date
    made_at: datetime
    n: int = Field(description="Answers with an index.")
    index: float | None
    low: float | None
    high: float | None


def abc_body(population: Population, *, method: Method, wanted: Basis) -> AbcBody:
    """Class a population by value and write the table."""
    members = population.members
    basis, buyers = buyers_of(members, wanted)
    table = abc(buyers, rule=population.model.rules.classes, method=method)
    bought = (part for member in members if member.purchases for part in member.excluded)
    return AbcBody(
        n=table.n,
        total=table.total,
        currency=population.question.currency,
        basis=basis,
        method=method,
        as_of=population.question.horizon.as_of,
        made_at=population.made_at,
        model=_model(population),
        gini=table.gini,
        classes=[ClassRowBody.model_validate(row) for row in table.rows],
        excluded=excluded_bodies(combined(bought)),
    )


def ladder_body(population: Population, *, since: Population | None = None) -> LadderBody:
    """Put a population on the ladder and write it; with who moved since another date."""
    standings = population.standings()
    steps = moves(since.standings(), standings) if since else None
    rungs = ladder(standings.values())
    left_out = (part for member in population.members for part in member.recent_excluded)
    return LadderBody(
        n=len(standings),
        as_of=population.question.horizon.as_of,
        made_at=population.made_at,
        model=_model(population),
        currency=population.question.currency,
        revenue=total_revenue(rungs),
        rungs=[RungBody.model_validate(row) for row in rungs],
        moves=None if steps is None else [MoveBody.model_validate(step) for step in steps],
        excluded=excluded_bodies(combined(left_out)),
    )


def _model(population: Population) -> ModelBody:
    return ModelBody(id=population.model.model_id, version=population.model.version)


def satisfaction_body(
    survey_id: UUID, wave: str | None, index: Index, *, as_of: date, made_at: datetime
) -> SatisfactionBody:
    """Write the index of a survey."""
    return SatisfactionBody(
        survey_id=survey_id,
        wave=wave,
        as_of=as_of,
        made_at=made_at,
        n=index.n,
        index=index.index,
        low=index.low,
        high=index.high,
    )
