"""ABC classes (ABC 分类): buyers ranked by value and classed by count or by cumulative value."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate
from math import ceil
from typing import NamedTuple, Protocol, TypeAlias
from uuid import UUID

from services.scoring.modelling.value_model.domain import ClassRule
from shared.money import exact_arithmetic


class CustomerClass(StrEnum):
    """A 贵宾型 VIP, B 重要型 important, C 普通型 ordinary."""

    A = "A"
    B = "B"
    C = "C"


class Method(StrEnum):
    """How buyers are classed: by their number, or by their cumulative value."""

    COUNT = "count"
    VALUE = "value"


class Basis(StrEnum):
    """The value of a customer: net revenue, or profit where every line has a cost."""

    REVENUE = "revenue"
    PROFIT = "profit"


class Valued(Protocol):
    """A customer with the figures that give a value; `sort_id` is the smallest external id."""

    @property
    def customer_id(self) -> UUID: ...
    @property
    def sort_id(self) -> str | None: ...
    @property
    def purchases(self) -> int: ...
    @property
    def revenue(self) -> Decimal: ...
    @property
    def profit(self) -> Decimal | None: ...


class Buyer(NamedTuple):
    """A customer with a purchase and their value; `external_id` ranks buyers of equal value."""

    customer_id: UUID
    external_id: str | None
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Buyers by falling value, their total value, and the Gini coefficient of their values."""

    buyers: Sequence[Buyer]
    total: Decimal
    gini: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """One row of the ABC table; shares in per cent, `threshold` is the least value in the class."""

    customer_class: CustomerClass
    customers: int
    customer_share: float | None
    value: Decimal
    value_share: float | None
    reference_share: float
    threshold: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Abc:
    """The ABC table, and the class of every buyer by falling value."""

    n: int
    total: Decimal
    gini: float | None
    rows: tuple[ClassRow, ...]
    classes: Mapping[UUID, CustomerClass]


def basis_for(customers: Iterable[Valued], wanted: Basis) -> Basis:
    """Return by what buyers are valued: by profit only if wanted and known for all of them."""
    if wanted is Basis.REVENUE:
        return wanted
    known = [each.profit is not None for each in customers if each.purchases]
    return Basis.PROFIT if known and all(known) else Basis.REVENUE


def buyers_of(customers: Iterable[Valued], basis: Basis) -> list[Buyer]:
    """Return the customers who have bought, with their value."""
    return [
        Buyer(
            customer_id=each.customer_id,
            external_id=each.sort_id,
            value=each.revenue if basis is Basis.REVENUE else each.profit or Decimal(0),
        )
        for each in customers
        if each.purchases
    ]


def ranking(buyers: Iterable[Buyer]) -> Ranking:
    """Rank buyers by falling value; equal ones by the smallest external id as text, then by id."""
    with exact_arithmetic():
        ranked = sorted(
            buyers,
            key=lambda buyer: (
                -buyer.value,
                buyer.external_id is None,
                buyer.external_id or "",
                buyer.customer_id,
            ),
        )
        values = [buyer.value for buyer in ranked]
        return Ranking(buyers=ranked, total=sum(values, Decimal(0)), gini=gini(values))


def abc(ranked: Ranking, *, rule: ClassRule, method: Method) -> Abc:
    """Return the ABC table of ranked buyers (docs/figures.md).

    By count: A up to ceil(5 % n), B up to ceil(20 % n) (defaults). By value: A until the sum of
    values reaches 70 % of the total, B until 90 %; the buyer who crosses such a limit belongs to
    the higher class. Negative values are C.
    """
    with exact_arithmetic():
        class_at = {Method.COUNT: _by_count, Method.VALUE: _by_value}[method](ranked, rule)
        classes = {
            buyer.customer_id: CustomerClass.C if buyer.value < 0 else class_at(rank)
            for rank, buyer in enumerate(ranked.buyers)
        }
        return Abc(
            n=len(ranked.buyers),
            total=ranked.total,
            gini=ranked.gini,
            rows=tuple(_rows(ranked, classes, rule)),
            classes=classes,
        )


def gini(values: Sequence[Decimal]) -> float | None:
    """Return the concentration of values: sum (2 i - n - 1) x_i / (n sum x), x rising (Gini, 1912).

    0 means equal values, 1 - 1/n that one customer has everything. Negative values are taken as 0,
    so that no result lies beyond these. None if no value is above 0.
    """
    rising = sorted(max(value, Decimal(0)) for value in values)
    n, total = len(rising), sum(rising, Decimal(0))
    if not total:
        return None
    weighted = sum(((2 * i - n - 1) * x for i, x in enumerate(rising, 1)), Decimal(0))
    return float(Fraction(weighted) / (n * Fraction(total)))


def damped_class(
    published: CustomerClass | None,
    computed: CustomerClass,
    *,
    buyer: Buyer,
    rank: int,
    n: int,
    rule: ClassRule,
) -> CustomerClass:
    """Return the class to publish, which falls only if the rank is clearly below its old class.

    A rise counts at once, and so does a negative value. `rank` counts from 0 among the `n` buyers;
    the margin is the part `rule.keep` of the last rank of the class by count.
    """
    if published is None or computed <= published or buyer.value < 0:
        return computed
    shares = dict(zip(CustomerClass, rule.count, strict=False))
    last_rank = ceil(shares[published] * n) * (1 + rule.keep)
    return published if rank + 1 <= last_rank else computed


ClassAt: TypeAlias = Callable[[int], CustomerClass]
"""A function from a rank, counted from 0, to the class of the buyer at this rank."""


def _by_count(ranked: Ranking, rule: ClassRule) -> ClassAt:
    last_a, last_b = (ceil(part * len(ranked.buyers)) for part in rule.count)
    return lambda rank: _class(rank < last_a, rank < last_b)


def _by_value(ranked: Ranking, rule: ClassRule) -> ClassAt:
    sum_of_a, sum_of_a_and_b = (part * ranked.total for part in rule.value)
    sum_before = list(accumulate((buyer.value for buyer in ranked.buyers), initial=Decimal(0)))
    return lambda rank: _class(sum_before[rank] < sum_of_a, sum_before[rank] < sum_of_a_and_b)


def _class(is_a: bool, is_a_or_b: bool) -> CustomerClass:  # noqa: FBT001
    if is_a:
        return CustomerClass.A
    return CustomerClass.B if is_a_or_b else CustomerClass.C


def _rows(
    ranked: Ranking, classes: Mapping[UUID, CustomerClass], rule: ClassRule
) -> Iterable[ClassRow]:
    values: dict[CustomerClass, list[Decimal]] = {each: [] for each in CustomerClass}
    for buyer in ranked.buyers:
        values[classes[buyer.customer_id]].append(buyer.value)
    for (customer_class, own), reference in zip(values.items(), rule.reference, strict=True):
        value = sum(own, Decimal(0))
        yield ClassRow(
            customer_class=customer_class,
            customers=len(own),
            customer_share=_per_cent(Decimal(len(own)), Decimal(len(ranked.buyers))),
            value=value,
            value_share=_per_cent(value, ranked.total),
            reference_share=float(100 * reference),
            threshold=min(own, default=None),
        )


def _per_cent(part: Decimal, whole: Decimal) -> float | None:
    """Return a part of a positive whole in per cent, as the nearest float; None without a whole."""
    return float(100 * Fraction(part) / Fraction(whole)) if whole > 0 else None
