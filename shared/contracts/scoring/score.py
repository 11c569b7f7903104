"""Events of scores, classes and rungs.

Points and amounts are exact decimals as strings, without an exponent.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from shared.contracts.catalogue import event, state


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """The index from 0 to 100 of a customer's latest answer, from `n` answered items."""

    index: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """Facts of a currency without a known rate: they are in no figure."""

    currency: str
    facts: int
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFacts:
    """A customer's score as computed from the facts known at `recorded_at`."""

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
    """A score is now this; several changes of one customer in a batch are told once."""


@event("rung.changed", topic="scoring.score", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class RungChanged:
    """A customer stands on another rung of the loyalty ladder; the first has none before it."""

    customer_id: UUID
    version: int
    recorded_at: datetime
    before: str | None
    rung: str


@event("class.changed", topic="scoring.score", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ClassChanged:
    """A customer is published in another ABC class, or none any more; the first has none before it.

    What is published follows what is computed, damped: a customer falls only once clearly beyond
    the cut of their class.
    """

    customer_id: UUID
    version: int
    recorded_at: datetime
    before: str | None
    customer_class: str | None


@state("score.state", topic="scoring.score", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreState(ScoreFacts):
    """A score as it now stands, with its class: told once the population has settled."""

    customer_class: str | None = None
