"""Response bodies of value models."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from services.scoring.facts.fact.domain import FactKind
from services.scoring.modelling.value_model.domain import ModelState, Take
from services.scoring.modelling.value_model.models import StoredModel
from shared.http.schemas import EXACT_PATTERN, Body, FacetedPage

ExactText = Annotated[str, Field(pattern=EXACT_PATTERN)]
"""An exact number as it is written in the rules."""


class _Rule(Body):
    """The base class of all rules; fields that only the stored rules have are shown, too."""

    model_config = ConfigDict(extra="allow")


class ModelNameOut(_Rule):
    """A name in English and Chinese."""

    en: str
    zh: str


class TermRuleOut(_Rule):
    """A term (评分项) of the value points: an amount times `points_per_unit`."""

    term: str = Field(description="Name of the term in explanations.", examples=["purchases"])
    on: bool = Field(
        description="Whether the term is switched on; a term that is switched off gives no points."
    )
    kinds: list[FactKind] = Field(
        description="Kinds of facts that give points: purchase (bought lines), return (returned "
        "lines, negative), answer (to a survey).",
        examples=[["purchase", "return"]],
    )
    take: Take = Field(
        description="sum: all facts of these kinds give points. latest: only the latest fact does."
    )
    points_per_unit: ExactText = Field(
        description="Weight (权重) of the term: points for 1 unit of the company's currency, or "
        "for 1 point of the satisfaction index. 0.00001 is 1 point per 100 000.",
        examples=["0.00001"],
    )
    rule: str = Field(description="The rule in words, as explanations show it.")


class SilenceRuleOut(_Rule):
    """After how many days without a purchase a customer who has bought is silent (沉默)."""

    factor: ExactText = Field(
        description="A customer is silent after more than this many times the median gap between "
        "their own purchase days (购买间隔的中位数).",
        examples=["3"],
    )
    from_days: int = Field(
        description="The smallest number of purchase days with which `factor` is used."
    )
    least: int = Field(
        description="A customer is never silent before this many days without a purchase, "
        "however small the median gap is."
    )
    otherwise: int = Field(
        description="With fewer purchase days than `from_days`, a customer is silent after more "
        "than this many days."
    )


class RungRuleOut(_Rule):
    """The fewest purchase days on rungs of the loyalty ladder (忠诚度阶梯); first_time takes 1."""

    repeat: int = Field(
        description="Smallest number of purchase days on the rung repeat (重复购买).", examples=[2]
    )
    client: int = Field(
        description="Smallest number of purchase days on the rung client (常客).", examples=[4]
    )


class ClassRuleOut(_Rule):
    """The limits of ABC classes (ABC 分类), as cumulative shares: 0.05 is 5 %."""

    count: list[ExactText] = Field(
        description="Limits by count: share of customers in A, and share in A and B together.",
        examples=[["0.05", "0.20"]],
    )
    value: list[ExactText] = Field(
        description="Limits by value: customers are in A until their values sum to the first share "
        "of the total value, and in B until they sum to the second share.",
        examples=[["0.70", "0.90"]],
    )
    reference: list[ExactText] = Field(
        description="Typical shares of the total value in A, B and C, to compare the actual shares "
        "with.",
        examples=[["0.50", "0.30", "0.20"]],
    )
    keep: ExactText = Field(
        description="Margin of the published class (event class.changed): a lower class is "
        "published only once the customer's rank is beyond the limit of the class by more than "
        "this fraction of the limit. The class in responses has no such margin.",
        examples=["0.10"],
    )


class ModelRulesOut(_Rule):
    """The rules of a value model: every number with which scores are computed."""

    name: ModelNameOut
    terms: list[TermRuleOut] = Field(
        description="The terms of the value points (客户价值分), which are the sum of their points."
    )
    silence: SilenceRuleOut
    rungs: RungRuleOut
    classes: ClassRuleOut
    ladder_months: int = Field(
        description="Number of months whose revenue the ladder and `recent_revenue` show.",
        examples=[12],
    )


class ValueModelOut(Body):
    """A version of a value model (评价模型), with every number with which scores are computed."""

    id: UUID
    version: int
    state: ModelState = Field(
        description="active: used for current figures. retired: used only for figures of the time "
        "in which it was active. draft: not used yet."
    )
    active_from: datetime = Field(description="The model is used for figures from this moment on.")
    retired_at: datetime | None
    rules: ModelRulesOut


class ValueModelPage(FacetedPage[ValueModelOut]):
    """A page of versions of value models."""


def value_model_out(row: StoredModel) -> ValueModelOut:
    """Return the response body for one version of a value model."""
    return ValueModelOut(
        id=row.id,
        version=row.version,
        state=ModelState(row.state),
        active_from=row.active_from,
        retired_at=row.retired_at,
        rules=ModelRulesOut.model_validate(row.document),
    )
