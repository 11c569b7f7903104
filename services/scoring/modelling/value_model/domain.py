"""The value model (评价模型): every number in a score's computation, as data with a version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID


class State(StrEnum):
    """The state of a model: a draft is not used yet, a retired one only for its own time."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


class Take(StrEnum):
    """Which of a term's facts give points: all of them, or only the latest."""

    SUM = "sum"
    LATEST = "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term of the value points: amounts of facts of these kinds times `points_per_unit`."""

    name: str
    on: bool
    kinds: frozenset[str]
    take: Take
    points_per_unit: Decimal
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRule:
    """How many days without a purchase are allowed before a customer is silent.

    From `from_days` purchase days on: `factor` times the customer's own median gap between them,
    but at least `least`. With fewer purchase days there is no rhythm yet: `otherwise`.
    """

    factor: Decimal
    from_days: int
    least: int
    otherwise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RungRule:
    """The number of purchase days from which a customer is on the rungs repeat and client."""

    repeat: int
    client: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRule:
    """The limits of ABC classes: cumulative shares for A and B, by count of customers and by value.

    `reference` is the share of value that each class is compared with. `keep` damps the published
    class: it falls only when the rank is this part beyond the last rank of the class.
    """

    count: tuple[Decimal, Decimal]
    value: tuple[Decimal, Decimal]
    reference: tuple[Decimal, Decimal, Decimal]
    keep: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of one version of a model."""

    terms: tuple[Term, ...]
    silence: SilenceRule
    rungs: RungRule
    classes: ClassRule
    ladder_months: int

    @property
    def active_terms(self) -> tuple[Term, ...]:
        """The terms that are switched on."""
        return tuple(term for term in self.terms if term.on)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueModel:
    """One version of a value model and the time in which it is active."""

    model_id: UUID
    version: int
    state: State
    active_from: datetime
    retired_at: datetime | None
    rules: Rules


def model_at(models: Sequence[ValueModel], moment: datetime) -> ValueModel:
    """Return the model that was active at a moment, otherwise the first one that ever was."""
    published = sorted(
        (model for model in models if model.state is not State.DRAFT),
        key=lambda model: (model.active_from, model.version),
    )
    active = [model for model in published if _is_active(model, moment)]
    return active[-1] if active else published[0]


def _is_active(model: ValueModel, moment: datetime) -> bool:
    retired = model.retired_at is not None and model.retired_at <= moment
    return model.active_from <= moment and not retired


def rules_from(document: Mapping[str, Any]) -> Rules:
    """Parse the rules from their JSON document, in which numbers that must stay exact are text."""
    silence, classes = document["silence"], document["classes"]
    first, second = classes["count"]
    low, high = classes["value"]
    best, next_best, rest = classes["reference"]
    return Rules(
        terms=tuple(_term(term) for term in document["terms"]),
        silence=SilenceRule(**{**silence, "factor": Decimal(silence["factor"])}),
        rungs=RungRule(**document["rungs"]),
        classes=ClassRule(
            count=(Decimal(first), Decimal(second)),
            value=(Decimal(low), Decimal(high)),
            reference=(Decimal(best), Decimal(next_best), Decimal(rest)),
            keep=Decimal(classes["keep"]),
        ),
        ladder_months=document["ladder_months"],
    )


def _term(term: Mapping[str, Any]) -> Term:
    return Term(
        name=term["term"],
        on=term["on"],
        kinds=frozenset(term["kinds"]),
        take=Take(term["take"]),
        points_per_unit=Decimal(term["points_per_unit"]),
        rule=term["rule"],
    )
