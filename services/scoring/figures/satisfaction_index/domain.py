"""The plain satisfaction index (满意度指数) of a survey, from 0 to 100, with its interval and n."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from typing import Any

from services.scoring.figures.satisfaction_index.student import quantile
from shared.money import exact_arithmetic

_ROLE = "satisfaction"
_LEAST, _MOST = 0.0, 100.0
_DECIMALS = 30
"""A mean of thirds has infinitely many decimals, so an answer's index is stored with this many.

The mean of n of them is at most 5e-31 off. The exact mean lies at least 1 / (q 2^47) from a number
half way between two doubles, where rounding changes (means from 64 on; q: n times the lengths of
the scales). That is more for every q up to 10^15. So the index is the double nearest to the exact
mean, as if nothing had been rounded before.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item of a questionnaire: the ends of its scale and the codes that mean "no answer"."""

    code: str
    least: float
    most: float
    missing: frozenset[float | str]

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> "Item":
        """Parse an item from its JSON document."""
        return cls(**{**document, "missing": frozenset(document["missing"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseIndex:
    """The index of one response, from `n` answered items."""

    index: Decimal
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Count, sum and sum of squares of responses' indices: all that the index needs.

    They are exact, so responses can be added and removed in any order and the figures equal those
    of a computation from scratch.
    """

    n: int = 0
    total: Decimal = Decimal(0)
    squares: Decimal = Decimal(0)

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            n=self.n + other.n,
            total=self.total + other.total,
            squares=self.squares + other.squares,
        )

    def __sub__(self, other: "Sums") -> "Sums":
        return Sums(
            n=self.n - other.n,
            total=self.total - other.total,
            squares=self.squares - other.squares,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Mean of the responses' indices with its 95 % t interval, None where `n` is too small.

    `index` is the double nearest to the exact mean.
    """

    n: int
    index: float | None
    low: float | None
    high: float | None


def items_of(catalogue: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the satisfaction items with a scale among the items of a survey, sorted by code."""
    fields = ("code", "least", "most", "missing")
    return [
        {name: item[name] for name in fields}
        for item in sorted(catalogue, key=lambda item: str(item["code"]))
        if item["role"] == _ROLE and _is_scale(item["least"], item["most"])
    ]


def _is_scale(least: float | None, most: float | None) -> bool:
    return least is not None and most is not None and least < most


def response_index(answers: Mapping[str, Any], items: Sequence[Item]) -> ResponseIndex | None:
    """Return the mean of 100 (x - least) / (most - least) over the answered satisfaction items.

    None where none was answered. Rounded half to even, far beyond the precision of a double.
    """
    parts = [_part(answers[item.code], item) for item in items if _answered(answers, item)]
    if not parts:
        return None
    mean = sum(parts, Fraction(0)) / len(parts)
    with exact_arithmetic():
        index = Decimal(round(mean * 10**_DECIMALS)).scaleb(-_DECIMALS)
    return ResponseIndex(index=index, n=len(parts))


def sums_of(indices: Sequence[Decimal]) -> Sums:
    """Return the count, sum and sum of squares of responses' indices, exact."""
    with exact_arithmetic():
        squares = sum((index * index for index in indices), Decimal(0))
        return Sums(n=len(indices), total=sum(indices, Decimal(0)), squares=squares)


def total(parts: Iterable[Sums]) -> Sums:
    """Return the sum of sums."""
    with exact_arithmetic():
        return sum(parts, Sums())


def estimate(sums: Sums) -> Index:
    """Return the mean and its interval: mean +- t(0.975; n - 1) s / sqrt(n) (Student, 1908).

    `s` is the sample standard deviation. The interval ends at 0 and 100, because no index lies
    beyond. One response alone has no interval.
    """
    if sums.n == 0:
        return Index(n=0, index=None, low=None, high=None)
    whole, squares = Fraction(sums.total), Fraction(sums.squares)
    mean = whole / sums.n
    if sums.n == 1:
        return Index(n=1, index=float(mean), low=None, high=None)
    variance = (squares - whole * mean) / (sums.n - 1)
    half = quantile(sums.n - 1) * sqrt(variance / sums.n)
    low, high = max(_LEAST, float(mean) - half), min(_MOST, float(mean) + half)
    return Index(n=sums.n, index=float(mean), low=low, high=high)


def _answered(answers: Mapping[str, Any], item: Item) -> bool:
    answer = answers.get(item.code)
    numeric = isinstance(answer, int | float) and not isinstance(answer, bool)
    return numeric and answer not in item.missing


def _part(answer: float, item: Item) -> Fraction:
    least, most = _written(item.least), _written(item.most)
    return 100 * (_written(answer) - least) / (most - least)


def _written(number: float) -> Fraction:
    """Return a number as it is written: 0.1 is a tenth, not the binary fraction next to it."""
    return Fraction(str(number))
