"""The value model (评价模型): every weight and limit with which scores and classes are computed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID


class ModelState(StrEnum):
    """The state of a value model.

    A draft is not used yet. A retired model is used only for figures of the time in which it was
    active.
    """

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


class Take(StrEnum):
    """Which facts give points to a term: all facts of its kinds (sum), or only the latest fact."""

    SUM = "sum"
    LATEST = "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term: one summand of the value points, which has a name such as "purchases".

    The points of a term are the amounts of facts of `kinds`, times `points_per_unit`.

    `rule` describes the term in words, for explanations.
    """

    name: str
    is_on: bool
    kinds: frozenset[str]
    take: Take
    points_per_unit: Decimal
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRule:
    """The number of days that may pass after a customer's last purchase before silence begins.

    For a customer with at least `min_purchase_days` purchase days it is `gap_factor` times the
    median gap between those days, but at least `min_days`. For a customer with fewer purchase days
    it is `default_days`. (In JSON the fields are called factor, from_days, least and otherwise.)
    """

    gap_factor: Decimal
    min_purchase_days: int
    min_days: int
    default_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RungRule:
    """The fewest purchase days on the rungs repeat and client of the loyalty ladder."""

    repeat: int
    client: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRule:
    """The limits of the ABC classes, as fractions of 1.

    `count_limits` are the share of all customers that are in A, and the share that are in A or B.
    `value_limits` are the shares of the total value at which A ends and B ends. `reference_shares`
    are typical shares of the value in A, B and C, shown for comparison. `margin` is how far, as a
    fraction of the last rank of the class, a customer's rank must be beyond it before a lower class
    is published. (In JSON the fields are called count, value, reference and keep.)
    """

    count_limits: tuple[Decimal, Decimal]
    value_limits: tuple[Decimal, Decimal]
    reference_shares: tuple[Decimal, Decimal, Decimal]
    margin: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All rules of one version of a value model.

    `ladder_months` is the number of months whose revenue the loyalty ladder shows.
    """

    terms: tuple[Term, ...]
    silence: SilenceRule
    rungs: RungRule
    classes: ClassRule
    ladder_months: int

    @property
    def active_terms(self) -> tuple[Term, ...]:
        """The terms that are switched on; the other terms give no points."""
        return tuple(term for term in self.terms if term.is_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueModel:
    """A version of a value model, active from `active_from` until `retired_at` (if set)."""

    model_id: UUID
    version: int
    state: ModelState
    active_from: datetime
    retired_at: datetime | None
    rules: Rules


def model_at(models: Sequence[ValueModel], moment: datetime) -> ValueModel:
    """Return the model that was active at a moment; if none was, the first published model."""
    published = sorted(
        (model for model in models if model.state is not ModelState.DRAFT),
        key=lambda model: (model.active_from, model.version),
    )
    active = [model for model in published if _is_active(model, moment)]
    return active[-1] if active else published[0]


def _is_active(model: ValueModel, moment: datetime) -> bool:
    is_retired = model.retired_at is not None and model.retired_at <= moment
    return model.active_from <= moment and not is_retired


def rules_from(document: Mapping[str, Any]) -> Rules:
    """Parse the rules of a value model from JSON; numbers that must be exact are strings there."""
    silence, classes = document["silence"], document["classes"]
    count_a, count_a_and_b = classes["count"]
    value_a, value_a_and_b = classes["value"]
    share_of_a, share_of_b, share_of_c = classes["reference"]
    return Rules(
        terms=tuple(_parse_term(term) for term in document["terms"]),
        silence=SilenceRule(
            gap_factor=Decimal(silence["factor"]),
            min_purchase_days=silence["from_days"],
            min_days=silence["least"],
            default_days=silence["otherwise"],
        ),
        rungs=RungRule(**document["rungs"]),
        classes=ClassRule(
            count_limits=(Decimal(count_a), Decimal(count_a_and_b)),
            value_limits=(Decimal(value_a), Decimal(value_a_and_b)),
            reference_shares=(Decimal(share_of_a), Decimal(share_of_b), Decimal(share_of_c)),
            margin=Decimal(classes["keep"]),
        ),
        ladder_months=document["ladder_months"],
    )


def _parse_term(term: Mapping[str, Any]) -> Term:
    """Return the term (summand of the value points) that a JSON object describes."""
    return Term(
        name=term["term"],
        is_on=term["on"],
        kinds=frozenset(term["kinds"]),
        take=Take(term["take"]),
        points_per_unit=Decimal(term["points_per_unit"]),
        rule=term["rule"],
    )
