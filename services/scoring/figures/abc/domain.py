"""ABC classes (ABC 分类): buyers ranked by value, cut into classes by count or by value."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate
from math import ceil
from typing import NamedTuple
from uuid import UUID

from services.scoring.facts.exchange_rate.domain import Excluded
from services.scoring.figures.loyalty.domain import Rung
from services.scoring.modelling.value_model.domain import ClassRule
from shared.money import exactly


class CustomerClass(StrEnum):
    """A 贵宾型 VIP, B 重要型 important, C 普通型 ordinary."""

    A = "A"
    B = "B"
    C = "C"


class Method(StrEnum):
    """Cut by count of customers, or by cumulative value."""

    COUNT = "count"
    VALUE = "value"


class Basis(StrEnum):
    """What a customer is worth: net revenue, or profit where every line has a cost."""

    REVENUE = "revenue"
    PROFIT = "profit"


class Member(NamedTuple):
    """What the portfolio needs to know of a customer; `sort_id` is the smallest external id.

    A tuple, because a settlement holds all of them.
    """

    customer_id: UUID
    sort_id: str | None
    purchases: int
    revenue: Decimal
    profit: Decimal | None
    rung: Rung
    recent_revenue: Decimal
    excluded: tuple[Excluded, ...]
    recent_excluded: tuple[Excluded, ...]


class Buyer(NamedTuple):
    """A customer with a purchase and what they are worth; `external_id` breaks ties."""

    customer_id: UUID
    external_id: str | None
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Buyers by falling value, what they are worth together, and how concentrated that is."""

    buyers: Sequence[Buyer]
    total: Decimal
    gini: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """One line of the ABC table; shares in per cent, `threshold` is the least value in it."""

    customer_class: CustomerClass
    customers: int
    customer_share: float | None
    value: Decimal
    value_share: float | None
    reference_share: float
    threshold: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Abc:
    """The ABC table, and the class of every customer in order of value."""

    n: int
    total: Decimal
    gini: float | None
    rows: tuple[ClassRow, ...]
    classes: Mapping[UUID, CustomerClass]


def basis_for(members: Iterable[Member], wanted: Basis) -> Basis:
    """Choose by what buyers are valued: by profit only if it is known for all of them."""
    if wanted is Basis.REVENUE:
        return wanted
    bought = [member.profit is not None for member in members if member.purchases]
    return Basis.PROFIT if bought and all(bought) else Basis.REVENUE


def buyers_of(members: Iterable[Member], basis: Basis) -> list[Buyer]:
    """Choose who has bought, with what they are worth."""
    return [
        Buyer(
            customer_id=member.customer_id,
            external_id=member.sort_id,
            value=member.revenue if basis is Basis.REVENUE else member.profit or Decimal(0),
        )
        for member in members
        if member.purchases
    ]


def ranking(buyers: Iterable[Buyer]) -> Ranking:
    """Order buyers by falling value, ties by the smallest external id as text, then by id."""
    with exactly():
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
    """Class customers by falling value (docs/figures.md).

    By count: A up to ceil(5 % n), B up to ceil(20 % n) (defaults). By value: A until their sum
    reaches 70 % of the total, B 90 %; who crosses the line belongs to the higher class. Negative
    values are C. Ties go by external id as text, those without one last, then by id.
    """
    with exactly():
        cut = {Method.COUNT: _by_count, Method.VALUE: _by_value}[method](ranked, rule)
        classes = {
            buyer.customer_id: CustomerClass.C if buyer.value < 0 else cut(place)
            for place, buyer in enumerate(ranked.buyers)
        }
        return Abc(
            n=len(ranked.buyers),
            total=ranked.total,
            gini=ranked.gini,
            rows=tuple(_rows(ranked, classes, rule)),
            classes=classes,
        )


def gini(values: Sequence[Decimal]) -> float | None:
    """Measure concentration: sum (2 i - n - 1) x_i / (n sum x), x rising (Gini, 1912).

    0 is equal, 1 - 1/n one customer has it all; negative values are taken as 0, so that it stays
    between them. None where nothing is left.
    """
    rising = sorted(max(value, Decimal(0)) for value in values)
    n, total = len(rising), sum(rising, Decimal(0))
    if not total:
        return None
    weighted = sum(((2 * i - n - 1) * x for i, x in enumerate(rising, 1)), Decimal(0))
    return float(Fraction(weighted) / (n * Fraction(total)))


def kept_class(
    before: CustomerClass | None,
    now: CustomerClass,
    *,
    buyer: Buyer,
    place: int,
    n: int,
    rule: ClassRule,
) -> CustomerClass:
    """Damp what is published: a customer falls only once clearly beyond the cut of their class.

    Rising counts at once, and so does a negative value. `place` counts from 0; the margin
    is `rule.keep` of the cut by count.
    """
    if before is None or now <= before or buyer.value < 0:
        return now
    cuts = dict(zip(CustomerClass, rule.count, strict=False))
    widened = ceil(cuts[before] * n) * (1 + rule.keep)
    return before if place + 1 <= widened else now


Cut = Callable[[int], CustomerClass]


def _by_count(ranked: Ranking, rule: ClassRule) -> Cut:
    first, second = (ceil(part * len(ranked.buyers)) for part in rule.count)
    return lambda place: _class(place < first, place < second)


def _by_value(ranked: Ranking, rule: ClassRule) -> Cut:
    first, second = (part * ranked.total for part in rule.value)
    before = list(accumulate((buyer.value for buyer in ranked.buyers), initial=Decimal(0)))
    return lambda place: _class(before[place] < first, before[place] < second)


def _class(in_first: bool, in_second: bool) -> CustomerClass:  # noqa: FBT001
    if in_first:
        return CustomerClass.A
    return CustomerClass.B if in_second else CustomerClass.C


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
    """Give a part of a positive whole, as the nearest float; None without a whole."""
    return float(100 * Fraction(part) / Fraction(whole)) if whole > 0 else None
