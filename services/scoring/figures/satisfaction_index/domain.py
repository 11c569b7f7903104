"""The satisfaction index (满意度指数) of a survey, from 0 to 100, and its confidence interval."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from typing import Any

from services.scoring.figures.satisfaction_index.student import quantile
from shared.money import exact_arithmetic

_ROLE = "satisfaction"
_LOWEST_INDEX, _HIGHEST_INDEX = 0.0, 100.0
_DECIMALS = 30
"""The number of decimals with which the index of one response is stored.

The exact index may have infinitely many (2/3), so it is rounded. Still, the index of a survey is
the double (64-bit float) that is nearest to the exact mean, as if nothing had been rounded before:
the mean of n rounded indices differs from the exact mean by at most 5e-31. This difference could
matter only if the exact mean were that close to a number half-way between two doubles. For means
from 64 on, however, where doubles are furthest apart, the distance from such a number is at least 1
/ (q 2^47), where q is the denominator of the exact mean (n times the lengths of the scales). For
every q up to 10^15 that is more than 5e-31.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A satisfaction item of a questionnaire, such as a question with a scale from 1 to 5.

    `least` and `most` are the lowest and highest value of the scale. `missing` are codes that mean
    "no answer".
    """

    code: str
    least: float
    most: float
    missing: frozenset[float | str]

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> "Item":
        """Parse an item as it is stored in JSON."""
        return cls(**{**document, "missing": frozenset(document["missing"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseIndex:
    """The index of one response, computed from its `n` answered satisfaction items."""

    index: Decimal
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSums:
    """The number, the sum and the sum of squares of the indices of some responses.

    The sums are enough to compute the index of a survey and its confidence interval. The sums are
    exact, so responses can be added and removed in any order, and the result equals a computation
    from all remaining responses.
    """

    n: int = 0
    total: Decimal = Decimal(0)
    squares: Decimal = Decimal(0)

    def __add__(self, other: "IndexSums") -> "IndexSums":
        return IndexSums(
            n=self.n + other.n,
            total=self.total + other.total,
            squares=self.squares + other.squares,
        )

    def __sub__(self, other: "IndexSums") -> "IndexSums":
        return IndexSums(
            n=self.n - other.n,
            total=self.total - other.total,
            squares=self.squares - other.squares,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """The satisfaction index of `n` responses, and its 95 % confidence interval.

    `index` is the mean of the indices of the responses: the float nearest to the exact mean.
    `index` is None without responses; `low` and `high` are None for fewer than 2 responses.
    """

    n: int
    index: float | None
    low: float | None
    high: float | None


def satisfaction_items(item_catalogue: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the items of a survey's item catalogue that rate satisfaction on a scale, by code."""
    fields = ("code", "least", "most", "missing")
    return [
        {name: item[name] for name in fields}
        for item in sorted(item_catalogue, key=lambda item: str(item["code"]))
        if item["role"] == _ROLE and _is_scale(item["least"], item["most"])
    ]


def _is_scale(least: float | None, most: float | None) -> bool:
    """Return whether a scale has two ends in ascending order."""
    return least is not None and most is not None and least < most


def response_index(answers: Mapping[str, Any], items: Sequence[Item]) -> ResponseIndex | None:
    """Return the index of one response: the mean of its answered items, each scaled to 0 to 100.

    An answer x counts as 100 (x - least) / (most - least), with the ends of the item's scale. The
    mean is rounded (half to even) to `_DECIMALS` decimals. The result is None if no item was
    answered.
    """
    scaled_answers = [
        _scaled_answer(answers[item.code], item) for item in items if _is_answered(answers, item)
    ]
    if not scaled_answers:
        return None
    mean = sum(scaled_answers, Fraction(0)) / len(scaled_answers)
    with exact_arithmetic():
        index = Decimal(round(mean * 10**_DECIMALS)).scaleb(-_DECIMALS)
    return ResponseIndex(index=index, n=len(scaled_answers))


def sums_of_indices(indices: Sequence[Decimal]) -> IndexSums:
    """Return the exact number, sum and sum of squares of these indices."""
    with exact_arithmetic():
        squares = sum((index * index for index in indices), Decimal(0))
        return IndexSums(n=len(indices), total=sum(indices, Decimal(0)), squares=squares)


def add_sums(sums: Iterable[IndexSums]) -> IndexSums:
    """Add up the sums of several waves."""
    with exact_arithmetic():
        return sum(sums, IndexSums())


def estimate(sums: IndexSums) -> Index:
    """Return the satisfaction index of n responses and its 95 % confidence interval.

    The interval is mean +- t(0.975; n - 1) s / sqrt(n) (Student, 1908), where s is the sample
    standard deviation of the indices, and t(0.975; n - 1) the 0.975 quantile of Student's t
    distribution with n - 1 degrees of freedom. The interval is clipped to the range 0 to 100 of an
    index. A single response has no interval.
    """
    if sums.n == 0:
        return Index(n=0, index=None, low=None, high=None)
    total, squares = Fraction(sums.total), Fraction(sums.squares)
    mean = total / sums.n
    if sums.n == 1:
        return Index(n=1, index=float(mean), low=None, high=None)
    variance = (squares - total * mean) / (sums.n - 1)
    half_width = quantile(sums.n - 1) * sqrt(variance / sums.n)
    low, high = (
        max(_LOWEST_INDEX, float(mean) - half_width),
        min(_HIGHEST_INDEX, float(mean) + half_width),
    )
    return Index(n=sums.n, index=float(mean), low=low, high=high)


def _is_answered(answers: Mapping[str, Any], item: Item) -> bool:
    """Return whether the answer to an item is a number that does not mean "no answer"."""
    answer = answers.get(item.code)
    is_number = isinstance(answer, int | float) and not isinstance(answer, bool)
    return is_number and answer not in item.missing


def _scaled_answer(answer: float, item: Item) -> Fraction:
    """Return an answer on the scale from 0 to 100."""
    least, most = _fraction_as_written(item.least), _fraction_as_written(item.most)
    return 100 * (_fraction_as_written(answer) - least) / (most - least)


def _fraction_as_written(number: float) -> Fraction:
    """Return a float as the fraction that its decimal digits mean: 0.1 is exactly 1/10."""
    return Fraction(str(number))
