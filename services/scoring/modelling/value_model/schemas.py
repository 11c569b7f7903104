"""Response bodies of value models."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from services.scoring.modelling.value_model.domain import State, Take
from services.scoring.modelling.value_model.models import StoredModel
from shared.http.schemas import Body, Page


class _Rule(Body):
    """The base of all rules: fields that a later version of the rules adds are shown as well."""

    model_config = ConfigDict(extra="allow")


class NameOut(_Rule):
    """A name in English and Chinese."""

    en: str
    zh: str


class TermRuleOut(_Rule):
    """One term (评分项) of the value points: an amount times `points_per_unit`."""

    term: str = Field(description="Name of the term in explanations.", examples=["purchases"])
    on: bool = Field(description="Whether the term is switched on; others give no points.")
    kinds: list[str] = Field(
        description="Kinds of facts that count: purchase (bought lines), return (returned lines, "
        "negative), answer (to a survey).",
        examples=[["purchase", "return"]],
    )
    take: Take = Field(description="sum: all such facts count. latest: only the last one counts.")
    points_per_unit: str = Field(
        description="Weight (权重) of the term: points for 1 unit of the company's currency, or "
        "for 1 of the satisfaction index. 0.00001 is 1 point per 100 000.",
        examples=["0.00001"],
    )
    rule: str = Field(description="The rule in words, as explanations show it.")


class SilenceRuleOut(_Rule):
    """After how many days without a purchase a customer who has bought is silent (沉默)."""

    factor: str = Field(
        description="A customer is silent after more than this many times the median gap between "
        "their own purchase days (购买间隔的中位数).",
        examples=["3"],
    )
    from_days: int = Field(description="`factor` is used from this number of purchase days on.")
    least: int = Field(description="A customer is never silent before this many days have passed.")
    otherwise: int = Field(
        description="With fewer purchase days than `from_days`, a customer is silent after more "
        "than this many days."
    )


class RungRuleOut(_Rule):
    """The number of purchase days from which a rung (忠诚度阶梯) is reached; first_time from 1."""

    repeat: int = Field(
        description="Purchase days from which a customer is on repeat (重复购买).", examples=[2]
    )
    client: int = Field(
        description="Purchase days from which a customer is on client (常客).", examples=[4]
    )


class ClassRuleOut(_Rule):
    """The limits of ABC classes (ABC 分类), as cumulative shares of 1."""

    count: list[str] = Field(
        description="By count: the share of customers in A, and that in A and B together.",
        examples=[["0.05", "0.20"]],
    )
    value: list[str] = Field(
        description="By value: the share of all value up to which customers are in A, and that up "
        "to which they are in B.",
        examples=[["0.70", "0.90"]],
    )
    reference: list[str] = Field(
        description="Shares of value to compare those of A, B and C with.",
        examples=[["0.50", "0.30", "0.20"]],
    )
    keep: str = Field(
        description="Damps the published class (event class.changed): a customer falls only once "
        "their rank is this part beyond the limit. The class in responses is not damped.",
        examples=["0.10"],
    )


class RulesOut(_Rule):
    """Every number that scores are computed with."""

    name: NameOut
    terms: list[TermRuleOut] = Field(
        description="The terms whose sum the value points (客户价值分) are."
    )
    silence: SilenceRuleOut
    rungs: RungRuleOut
    classes: ClassRuleOut
    ladder_months: int = Field(
        description="Number of months whose revenue the ladder and `recent_revenue` show.",
        examples=[12],
    )


class ValueModelOut(Body):
    """One version of a value model (评价模型), with every number that scores are computed with."""

    id: UUID
    version: int
    state: State = Field(
        description="active: used for current figures. retired: used for figures of its own time. "
        "draft: not used yet."
    )
    active_from: datetime = Field(description="The model is used for dates from this moment on.")
    retired_at: datetime | None
    rules: RulesOut


class ValueModelPage(Page[ValueModelOut]):
    """A page of versions of value models."""


def value_model_out(row: StoredModel) -> ValueModelOut:
    """Return the body of one version."""
    return ValueModelOut(
        id=row.id,
        version=row.version,
        state=State(row.state),
        active_from=row.active_from,
        retired_at=row.retired_at,
        rules=RulesOut.model_validate(row.document),
    )
