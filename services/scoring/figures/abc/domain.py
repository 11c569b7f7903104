"""ABC classes (ABC 分类): buyers ranked by value, divided by count or by cumulative value."""

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
from shared.contracts.scoring.score import CustomerClass
from shared.money import exact_arithmetic


class AbcMethod(StrEnum):
    """How buyers are divided into classes: by their number, or by their cumulative value."""

    COUNT = "count"
    VALUE = "value"


class AbcBasis(StrEnum):
    """The figure that is used as the value of a customer: net revenue or profit."""

    REVENUE = "revenue"
    PROFIT = "profit"


class CustomerFigures(Protocol):
    """The figures of a customer that decide the class."""

    @property
    def customer_id(self) -> UUID: ...
    @property
    def sort_id(self) -> str | None:
        """The smallest external id, which decides between customers of equal value, or None."""
        ...

    @property
    def purchases(self) -> int: ...
    @property
    def revenue(self) -> Decimal: ...
    @property
    def profit(self) -> Decimal | None: ...


class Buyer(NamedTuple):
    """A customer with a purchase, and the customer's value.

    `external_id`, the smallest one, decides the rank among buyers of equal value.
    """

    customer_id: UUID
    external_id: str | None
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Buyers ordered by value, highest first, with the total and the Gini coefficient of values."""

    buyers: Sequence[Buyer]
    total: Decimal
    gini: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """A class in the ABC table: shares in per cent; `threshold` is the lowest value in it."""

    customer_class: CustomerClass
    customers: int
    customer_share: float | None
    value: Decimal
    value_share: float | None
    reference_share: float
    threshold: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Abc:
    """The ABC table of `n` buyers, and the class of each.

    `classes` is by customer id; buyers are ordered by value, highest first.
    """

    n: int
    total: Decimal
    gini: float | None
    rows: tuple[ClassRow, ...]
    classes: Mapping[UUID, CustomerClass]


def basis_for(customers: Iterable[CustomerFigures], requested: AbcBasis) -> AbcBasis:
    """Return the requested basis of value, but revenue if the profit of a buyer is unknown."""
    if requested is AbcBasis.REVENUE:
        return requested
    has_profit = [each.profit is not None for each in customers if each.purchases]
    return AbcBasis.PROFIT if has_profit and all(has_profit) else AbcBasis.REVENUE


def buyers_of(customers: Iterable[CustomerFigures], basis: AbcBasis) -> list[Buyer]:
    """Return the customers with at least one purchase; their values are revenues or profits."""
    return [
        Buyer(
            customer_id=each.customer_id,
            external_id=each.sort_id,
            value=each.revenue if basis is AbcBasis.REVENUE else each.profit or Decimal(0),
        )
        for each in customers
        if each.purchases
    ]


def ranking(buyers: Iterable[Buyer]) -> Ranking:
    """Rank buyers by value, highest first.

    Buyers of equal value are ranked by their smallest external id, compared as text (buyers without
    one come last), and then by customer id.
    """
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


def abc(ranked: Ranking, *, rule: ClassRule, method: AbcMethod) -> Abc:
    """Divide ranked buyers into classes and return the ABC table (docs/figures.md, section ABC).

    By count, with the default limits and n buyers: the first ceil(5 % of n) are A, the buyers up to
    ceil(20 % of n) are B. By value: buyers are A until their values sum to 70 % of the total, and B
    until they sum to 90 %; the buyer with whom the sum crosses a limit is in the higher class. All
    other buyers, and all with a negative value, are C.
    """
    with exact_arithmetic():
        class_by_rank = {AbcMethod.COUNT: _class_by_count, AbcMethod.VALUE: _class_by_value}[
            method
        ](ranked, rule)
        classes = {
            buyer.customer_id: CustomerClass.C if buyer.value < 0 else class_by_rank(rank)
            for rank, buyer in enumerate(ranked.buyers)
        }
        return Abc(
            n=len(ranked.buyers),
            total=ranked.total,
            gini=ranked.gini,
            rows=tuple(_table_rows(ranked, classes, rule)),
            classes=classes,
        )


def gini(values: Sequence[Decimal]) -> float | None:
    """Return the Gini coefficient, a measure of how concentrated values are (Gini, 1912).

    The coefficient is the sum of (2 i - n - 1) x_i over all i, divided by n times the sum of all
    x_i, where x_1 to x_n are the values in ascending order. The coefficient is 0 if all values are
    equal, and 1 - 1/n if only one value is above 0. Negative values are replaced by 0, so that the
    result is never outside this range. The result is None if no value is above 0.
    """
    ascending = sorted(max(value, Decimal(0)) for value in values)
    n, total = len(ascending), sum(ascending, Decimal(0))
    if not total:
        return None
    weighted = sum(((2 * i - n - 1) * x for i, x in enumerate(ascending, 1)), Decimal(0))
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
    """Return the class to publish for a buyer, so that small changes of rank publish nothing.

    A better class than the published one is published at once, and so is the class of a buyer with
    a negative value. A worse class is published only if the buyer's rank is beyond the last rank of
    the published class (by count) by more than the fraction `rule.margin` of that last rank.
    `rank` is counted from 0; `n` is the number of buyers.
    """
    if published is None or computed <= published or buyer.value < 0:
        return computed
    limits = dict(zip(CustomerClass, rule.count_limits, strict=False))
    last_rank = ceil(limits[published] * n) * (1 + rule.margin)
    return published if rank + 1 <= last_rank else computed


ClassByRank: TypeAlias = Callable[[int], CustomerClass]
"""A function that takes a rank, counted from 0, and returns the class of the buyer at this rank."""


def _class_by_count(ranked: Ranking, rule: ClassRule) -> ClassByRank:
    """Return the function from rank to class if classes are limited by the number of buyers."""
    n_a, n_a_and_b = (ceil(share * len(ranked.buyers)) for share in rule.count_limits)
    return lambda rank: _class_for(is_a=rank < n_a, is_a_or_b=rank < n_a_and_b)


def _class_by_value(ranked: Ranking, rule: ClassRule) -> ClassByRank:
    """Return the function from rank to class if classes are limited by the cumulative value."""
    sum_of_a, sum_of_a_and_b = (share * ranked.total for share in rule.value_limits)
    sum_before = list(accumulate((buyer.value for buyer in ranked.buyers), initial=Decimal(0)))
    return lambda rank: _class_for(
        is_a=sum_before[rank] < sum_of_a, is_a_or_b=sum_before[rank] < sum_of_a_and_b
    )


def _class_for(*, is_a: bool, is_a_or_b: bool) -> CustomerClass:
    """Return the class of a buyer who is within the limit of A, or within the limit of A and B."""
    if is_a:
        return CustomerClass.A
    return CustomerClass.B if is_a_or_b else CustomerClass.C


def _table_rows(
    ranked: Ranking, classes: Mapping[UUID, CustomerClass], rule: ClassRule
) -> Iterable[ClassRow]:
    """Yield the rows of the ABC table for A, B and C; `classes` has the class of every buyer."""
    values_by_class: dict[CustomerClass, list[Decimal]] = {each: [] for each in CustomerClass}
    for buyer in ranked.buyers:
        values_by_class[classes[buyer.customer_id]].append(buyer.value)
    for (customer_class, values), reference_share in zip(
        values_by_class.items(), rule.reference_shares, strict=True
    ):
        value = sum(values, Decimal(0))
        yield ClassRow(
            customer_class=customer_class,
            customers=len(values),
            customer_share=_percentage(Decimal(len(values)), Decimal(len(ranked.buyers))),
            value=value,
            value_share=_percentage(value, ranked.total),
            reference_share=float(100 * reference_share),
            threshold=min(values, default=None),
        )


def _percentage(part: Decimal, whole: Decimal) -> float | None:
    """Return `part` in per cent of `whole` as the nearest float; None if `whole` is 0 or less."""
    return float(100 * Fraction(part) / Fraction(whole)) if whole > 0 else None
