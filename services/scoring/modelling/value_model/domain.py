"""The value model (评价模型): every number that a score rests on, as data with a version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID


class State(StrEnum):
    """A draft does not count yet, a retired model counts for its own time only."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


class Take(StrEnum):
    """Which of a term's facts give points: all of them, or the latest alone."""

    SUM = "sum"
    LATEST = "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term of the value points: facts of these kinds times `points_per_unit`."""

    name: str
    on: bool
    kinds: frozenset[str]
    take: Take
    points_per_unit: Decimal
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRule:
    """How long a pause has to be before it is silence, in days.

    From `from_days` purchase days on: `factor` times the customer's own median gap between them,
    but never under `least`. With fewer purchase days there is no rhythm yet: `otherwise`.
    """

    factor: Decimal
    from_days: int
    least: int
    otherwise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RungRule:
    """From how many purchase days on a customer repeats, and from how many they are a client."""

    repeat: int
    client: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRule:
    """Where ABC cuts: cumulative shares for A and B, by count of customers and by value.

    `reference` is the share of value that each class is compared with. `keep` damps what is
    published: a class is kept until the rank is that part of its cut beyond it.
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
    """One version of a value model and the time in which it counts."""

    model_id: UUID
    version: int
    state: State
    active_from: datetime
    retired_at: datetime | None
    rules: Rules


def model_at(models: Sequence[ValueModel], moment: datetime) -> ValueModel:
    """Choose the model that was active at a moment, otherwise the earliest that ever was."""
    counted = sorted(
        (model for model in models if model.state is not State.DRAFT),
        key=lambda model: (model.active_from, model.version),
    )
    active = [model for model in counted if _counts_at(model, moment)]
    return active[-1] if active else counted[0]


def _counts_at(model: ValueModel, moment: datetime) -> bool:
    retired = model.retired_at is not None and model.retired_at <= moment
    return model.active_from <= moment and not retired


def rules_from(document: Mapping[str, Any]) -> Rules:
    """Read the rules from their JSON document; numbers that must stay exact are text in it."""
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
