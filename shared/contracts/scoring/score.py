"""Events about the scores, classes and rungs of customers.

Points and amounts are exact decimals as strings, without an exponent.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from shared.contracts.catalogue import event, published_as, state
from shared.contracts.description import Doc
from shared.contracts.fields import Currency, CustomerId, Day, ExactText, RecordedAt, Version


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


_ClassCode = Annotated[
    str, Doc("A 贵宾型 VIP, B 重要型 important, C 普通型 ordinary.", "A", values=CustomerClass)
]
_RungCode = Annotated[
    str, Doc("Rung of the loyalty ladder (忠诚度阶梯).", "first_time", values=Rung)
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """The index (0 to 100) of a customer's latest response to a survey, from `n` answered items."""

    index: Annotated[float, Doc("Satisfaction index.", 87.5, minimum=0, maximum=100)]
    n: Annotated[int, Doc("Number of satisfaction items that were answered.", 6, minimum=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """Facts that are part of no amount and no points, because their exchange rate is unknown."""

    currency: Annotated[Currency, Doc("Currency of these facts.", "USD")]
    facts: Annotated[int, Doc("Number of these facts.", 2, minimum=1)]
    amount: Annotated[ExactText, Doc("Sum of their amounts, in that currency.", "1250")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFacts:
    """A customer's score, computed from the facts that were known at `recorded_at`."""

    customer_id: CustomerId
    version: Version
    recorded_at: RecordedAt
    as_of: Annotated[Day, Doc("Day of the score, in the time zone of the company.")]
    model_id: Annotated[UUID, Doc("Id of the value model.", "0199a7c0-0000-7000-8000-000000000003")]
    model_version: Annotated[int, Doc("Version of the value model.", 1, minimum=1)]
    currency: Annotated[Currency, Doc("Currency of `revenue` and `recent_revenue`.")]
    value_points: Annotated[ExactText, Doc("Value points (客户价值分).", "1.05862")]
    revenue: Annotated[
        ExactText, Doc("Revenue of all time, net of returns and discounts (净收入).")
    ]
    purchase_days: Annotated[int, Doc("Number of days with a purchase (购买天数).", 2, minimum=0)]
    rung: _RungCode
    silent: Annotated[
        bool, Doc("Whether the customer has bought, but not for a long time (沉默).", False)
    ]
    satisfaction: Annotated[
        Satisfaction | None,
        Doc("Satisfaction (满意度) in the latest response to a survey; null without one."),
    ] = None
    excluded: Annotated[
        list[Excluded],
        Doc("Facts that count for nothing because their exchange rate is unknown, by currency."),
    ] = field(default_factory=list)
    recent_revenue: Annotated[
        ExactText | None,
        Doc("Net revenue of the last months, as many as the value model says; null in old events."),
    ] = None
    last_purchase_on: Annotated[
        Day | None, Doc("Day of the last purchase; null without one and in old events.")
    ] = None


@event("score.changed", topic="scoring.score", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreChanged(ScoreFacts):
    """The score of a customer has changed; one event may publish several changes together."""


@event("rung.changed", topic="scoring.score", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class RungChanged:
    """A customer has moved from the rung `before` to `rung`; `before` is null the first time."""

    customer_id: CustomerId
    version: Version
    recorded_at: RecordedAt
    before: Annotated[_RungCode | None, Doc("The rung before; null the first time.")]
    rung: Annotated[_RungCode, Doc("The rung now.", "repeat")]


@event("class.changed", topic="scoring.score", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ClassChanged:
    """The published ABC class of a customer has changed; null means no class.

    A lower class is published only once the customer's rank is clearly beyond the limit of the
    published class, so that small changes of rank publish no event.
    """

    customer_id: CustomerId
    version: Version
    recorded_at: RecordedAt
    before: Annotated[_ClassCode | None, Doc("The class before; null for none.", "B")]
    customer_class: Annotated[_ClassCode | None, Doc("The class now; null for none.")] = field(
        metadata=published_as("class")
    )


@state("score.state", topic="scoring.score", key="customer_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreState(ScoreFacts):
    """The current score and ABC class of a customer, published once all classes are computed."""

    customer_class: Annotated[
        _ClassCode | None,
        Doc("Class among all customers (ABC 客户分类); null without a purchase."),
    ] = field(default=None, metadata=published_as("class"))
