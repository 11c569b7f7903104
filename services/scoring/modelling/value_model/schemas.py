"""Bodies of value models."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from services.scoring.modelling.value_model.domain import State, Take
from services.scoring.modelling.value_model.models import StoredModel
from shared.http.schemas import Body, Page


class _Rule(Body):
    """Rules are data: what a later version adds to them is shown as well."""

    model_config = ConfigDict(extra="allow")


class NameOut(_Rule):
    """A name in English and Chinese."""

    en: str
    zh: str


class TermRuleOut(_Rule):
    """One term (评分项) of the value points: an amount times `points_per_unit`."""

    term: str = Field(description="Its name in explanations.", examples=["purchases"])
    on: bool = Field(description="Only terms that are on give points.")
    kinds: list[str] = Field(
        description="The facts it counts: purchase (what was bought), return (what came back, "
        "negative), answer (to a survey).",
        examples=[["purchase", "return"]],
    )
    take: Take = Field(description="sum: all such facts; latest: the last one alone.")
    points_per_unit: str = Field(
        description="Its weight (权重): points for 1 of the company's currency, or for 1 of the "
        "satisfaction index. 0.00001 is 1 point per 100 000.",
        examples=["0.00001"],
    )
    rule: str = Field(description="The same in words, as explanations show it.")


class SilenceRuleOut(_Rule):
    """When a customer who has bought counts as silent (沉默), in days without a purchase."""

    factor: str = Field(
        description="Silent after more than this many times the median gap between the customer's "
        "own purchase days (购买间隔的中位数).",
        examples=["3"],
    )
    from_days: int = Field(description="`factor` holds from this many purchase days on.")
    least: int = Field(description="But never before this many days have passed.")
    otherwise: int = Field(description="With fewer purchase days: after more than this many days.")


class RungRuleOut(_Rule):
    """From how many purchase days on who stands on a rung (忠诚度阶梯); first_time from 1."""

    repeat: int = Field(description="Repeat customer (重复购买) from this many.", examples=[2])
    client: int = Field(description="Client (常客) from this many.", examples=[4])


class ClassRuleOut(_Rule):
    """Where ABC (ABC 分类) cuts; shares of 1, cumulative."""

    count: list[str] = Field(
        description="By count: A up to this share of customers, A and B together up to that.",
        examples=[["0.05", "0.20"]],
    )
    value: list[str] = Field(
        description="By value: A until their sum reaches this share of all value, B until that.",
        examples=[["0.70", "0.90"]],
    )
    reference: list[str] = Field(
        description="Shares of value of A, B and C to compare with.",
        examples=[["0.50", "0.30", "0.20"]],
    )
    keep: str = Field(
        description="Damps the published class (event class.changed): a customer falls only once "
        "their rank is this part beyond the cut. The class in answers is not damped.",
        examples=["0.10"],
    )


class RulesOut(_Rule):
    """Every number that scores rest on."""

    name: NameOut
    terms: list[TermRuleOut] = Field(description="What value points (客户价值分) are the sum of.")
    silence: SilenceRuleOut
    rungs: RungRuleOut
    classes: ClassRuleOut
    ladder_months: int = Field(
        description="Months up to the day whose revenue the ladder and `recent_revenue` show.",
        examples=[12],
    )


class ValueModelOut(Body):
    """One version of a value model (评价模型): every number that scores rest on."""

    id: UUID
    version: int
    state: State = Field(description="Only an active one counts; a retired one for its own time.")
    active_from: datetime = Field(description="It counts for dates from here on.")
    retired_at: datetime | None
    rules: RulesOut


class ValueModelPage(Page[ValueModelOut]):
    """Versions of value models."""


def value_model_out(row: StoredModel) -> ValueModelOut:
    """Present one version."""
    return ValueModelOut(
        id=row.id,
        version=row.version,
        state=State(row.state),
        active_from=row.active_from,
        retired_at=row.retired_at,
        rules=RulesOut.model_validate(row.document),
    )
