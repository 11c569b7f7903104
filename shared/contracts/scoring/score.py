"""Events of scores, classes and rungs.

Points and amounts are exact decimals as strings, without an exponent.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from shared.contracts.catalogue import event, state


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """The satisfaction index, 0 to 100, of a customer's latest response with `n` answered items."""

    index: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """Facts in a currency without a known exchange rate, which are excluded from all figures."""

    currency: str
    facts: int
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFacts:
    """A customer's score, computed from the facts that were known at `recorded_at`."""

    customer_id: UUID
    version: int
    recorded_at: datetime
    as_of: date
    model_id: UUID
    model_version: int
    currency: str
    value_points: str
    revenue: str
    purchase_days: int
    rung: str
    silent: bool
    satisfaction: Satisfaction | None = None
    excluded: list[Excluded] = field(default_factory=list)


@event("score.changed", topic="scoring.score", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreChanged(ScoreFacts):
    """A score was changed; several changes of a customer in a batch are published as one event."""


@event("rung.changed", topic="scoring.score", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class RungChanged:
    """A customer reached another rung of the loyalty ladder; `before` is null for the first one."""

    customer_id: UUID
    version: int
    recorded_at: datetime
    before: str | None
    rung: str


@event("class.changed", topic="scoring.score", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ClassChanged:
    """The published ABC class of a customer was changed, where null stands for no class.

    A published class is damped: a customer falls to a lower class only when their points are
    clearly below the boundary of their class.
    """

    customer_id: UUID
    version: int
    recorded_at: datetime
    before: str | None
    customer_class: str | None


@state("score.state", topic="scoring.score", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreState(ScoreFacts):
    """The current score and ABC class of a customer, published once all classes are computed."""

    customer_class: str | None = None
