"""Events about the scores, classes and rungs of customers.

Points and amounts are exact decimals as strings, without an exponent.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from shared.contracts.catalogue import event, published_as, state


class CustomerClass(StrEnum):
    """The class of a buyer: A 贵宾型 VIP, B 重要型 important, C 普通型 ordinary."""

    A = "A"
    B = "B"
    C = "C"


class Rung(StrEnum):
    """The rungs of the loyalty ladder, lowest first.

    A silent customer is on the rung `inactive`, whatever other rungs apply; only `partner` will
    have precedence over it, once that rung is used.
    """

    SUSPECT = "suspect"
    PROSPECT = "prospect"
    DISQUALIFIED = "disqualified"
    FIRST_TIME = "first_time"
    REPEAT = "repeat"
    CLIENT = "client"
    MEMBER = "member"
    ADVOCATE = "advocate"
    PARTNER = "partner"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """The index (0 to 100) of a customer's latest response to a survey, from `n` answered items."""

    index: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """Facts that are part of no amount and no points, because their exchange rate is unknown.

    `facts` is the number of these facts, `amount` the sum of their amounts in `currency`.
    """

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
    recent_revenue: str | None = None
    last_purchase_on: date | None = None


@event("score.changed", topic="scoring.score", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreChanged(ScoreFacts):
    """The score of a customer has changed; one event may publish several changes together."""


@event("rung.changed", topic="scoring.score", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class RungChanged:
    """A customer has moved from the rung `before` to `rung`; `before` is null the first time."""

    customer_id: UUID
    version: int
    recorded_at: datetime
    before: str | None
    rung: str


@event("class.changed", topic="scoring.score", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ClassChanged:
    """The published ABC class of a customer has changed; null means no class.

    A lower class is published only once the customer's rank is clearly beyond the limit of the
    published class, so that small changes of rank publish no event.
    """

    customer_id: UUID
    version: int
    recorded_at: datetime
    before: str | None
    customer_class: str | None = field(metadata=published_as("class"))


@state("score.state", topic="scoring.score", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreState(ScoreFacts):
    """The current score and ABC class of a customer, published once all classes are computed."""

    customer_class: str | None = field(default=None, metadata=published_as("class"))
