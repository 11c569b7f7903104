"""The index of a response is the mean of its answered items.

The index of a survey, and its confidence interval, are computed from the sums over all responses.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from random import Random
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.figures.satisfaction_index.domain import (
    Index,
    IndexSums,
    Item,
    add_sums,
    estimate,
    response_index,
    satisfaction_items,
    sums_of_indices,
)
from shared.money import exact_arithmetic, format_decimal

indices = st.lists(st.decimals(min_value=0, max_value=100, places=30), max_size=30)
answer_lists = st.lists(
    st.lists(st.integers(1, 5), min_size=1, max_size=7), min_size=1, max_size=60
)


def _item(code: str, least: float = 1, most: float = 5, *missing: float) -> Item:
    """Return a satisfaction item with this scale; `missing` are values that mean "no answer"."""
    return Item(code=code, least=least, most=most, missing=frozenset(missing))


def _index(answers: dict[str, object], *items: Item) -> tuple[str, int] | None:
    """Return the index of a response as text, with its number of answered items, or None."""
    found = response_index(answers, items)
    return (format_decimal(found.index), found.n) if found else None


def _index_of_responses(*responses: Sequence[int]) -> Index:
    """Return the index over several responses.

    A response is a list of up to 7 answers to items with a scale from 1 to 5.
    """
    items = [_item(str(number)) for number in range(7)]
    results = [
        response_index({str(number): answer for number, answer in enumerate(answers)}, items)
        for answers in responses
    ]
    return estimate(sums_of_indices([result.index for result in results if result]))


def test_the_lowest_answer_of_a_scale_is_0_and_the_highest_is_100() -> None:
    assert _index({"a": 1}, _item("a")) == ("0", 1)
    assert _index({"a": 5}, _item("a")) == ("100", 1)


def test_items_of_different_scales_have_equal_weight() -> None:
    assert _index({"a": 5, "b": 0}, _item("a"), _item("b", 0, 10)) == ("50", 2)


def test_a_mean_with_infinitely_many_decimals_is_rounded_to_30() -> None:
    answers: dict[str, object] = {"a": 5, "b": 5, "c": 1}
    assert _index(answers, _item("a"), _item("b"), _item("c")) == (
        "66.666666666666666666666666666667",
        3,
    )


def test_items_without_an_answer_or_answered_with_a_missing_code_are_left_out() -> None:
    items = [_item("a", 0, 5, 0), _item("b"), _item("c")]
    assert _index({"a": 0, "b": 3, "other": 1}, *items) == ("50", 1)


def test_a_value_that_is_not_a_number_is_not_an_answer_to_an_item() -> None:
    assert _index({"a": "5", "b": True, "c": None}, _item("a"), _item("b"), _item("c")) is None


def test_an_answer_of_0_1_is_exactly_one_tenth() -> None:
    assert _index({"a": 0.1}, _item("a", 0, 0.3)) == ("33.333333333333333333333333333333", 1)


def _catalogue_item(
    code: str, role: str, least: float | None, most: float | None
) -> dict[str, object]:
    """Return an item as the event of a survey lists it."""
    return {"code": code, "role": role, "least": least, "most": most, "missing": [9], "type": "x"}


def test_only_satisfaction_items_with_a_scale_are_used_sorted_by_code() -> None:
    catalogue = [
        _catalogue_item("b", "satisfaction", 1, 5),
        _catalogue_item("a", "satisfaction", 0, 10),
        _catalogue_item("quality", "quality", 1, 5),
        _catalogue_item("endless", "satisfaction", 1, None),
        _catalogue_item("bottomless", "satisfaction", None, 5),
        _catalogue_item("point", "satisfaction", 5, 5),
    ]
    assert satisfaction_items(catalogue) == [
        {"code": "a", "least": 0, "most": 10, "missing": [9]},
        {"code": "b", "least": 1, "most": 5, "missing": [9]},
    ]


def test_an_item_is_parsed_from_json() -> None:
    document = {"code": "a", "least": 1, "most": 5, "missing": [0, "none"]}
    assert Item.parse(document) == Item(code="a", least=1, most=5, missing=frozenset([0, "none"]))


def test_a_survey_without_a_response_has_no_index() -> None:
    assert estimate(IndexSums()) == Index(n=0, index=None, low=None, high=None)


def test_the_index_of_one_response_has_no_confidence_interval() -> None:
    assert estimate(sums_of_indices([Decimal(70)])) == Index(n=1, index=70.0, low=None, high=None)


def test_the_confidence_interval_is_that_of_students_t_distribution() -> None:
    """With mean 70, s = 10, n = 4 it is 70 +- t(0.975; 3) s / sqrt(n) = 70 +- 3.18 x 10 / 2."""
    values = [Decimal(x) for x in ("58.3772233983", "70", "70", "81.6227766017")]
    deviation = stdev([float(x) for x in values])
    found = estimate(sums_of_indices(values))
    assert found.index == pytest.approx(70)
    assert found.low == pytest.approx(70 - 3.182446305284263 * deviation / 2)
    assert found.high == pytest.approx(70 + 3.182446305284263 * deviation / 2)


def test_the_mean_of_indices_with_repeating_decimals_is_exact() -> None:
    """If 66.6..., 66.6... and 16.6... were rounded first, the mean would be 50.00000000003."""
    assert _index_of_responses([5, 5, 1], [5, 5, 1], [3, 1, 1]).index == 50.0


@given(answer_lists)
def test_the_index_is_the_double_nearest_to_the_exact_mean(answers: list[list[int]]) -> None:
    exact = [Fraction(25 * (sum(each) - len(each)), len(each)) for each in answers]
    assert _index_of_responses(*answers).index == float(sum(exact, Fraction(0)) / len(exact))


def test_the_confidence_interval_is_clipped_to_0_and_100() -> None:
    """The other end of each interval is mean +- t(0.975; n - 1) s / sqrt(n), with n of 6 and 5."""
    satisfied, dissatisfied = (
        _index_of_responses([5], [5], [5], [5], [5], [1]),
        _index_of_responses([1], [1], [1], [1], [5]),
    )
    assert (satisfied.index, satisfied.high) == (83.33333333333333, 100.0)
    assert satisfied.low == pytest.approx(83.3333333 - 2.5705818 * 40.8248290 / sqrt(6))
    assert (dissatisfied.index, dissatisfied.low) == (20.0, 0.0)
    assert dissatisfied.high == pytest.approx(20 + 2.7764451 * 44.7213595 / sqrt(5))


def test_the_confidence_interval_of_equal_indices_has_no_width() -> None:
    assert estimate(sums_of_indices([Decimal(50)] * 3)) == Index(
        n=3, index=50.0, low=50.0, high=50.0
    )


@given(indices, st.randoms())
def test_the_index_does_not_depend_on_the_order_of_responses(
    values: list[Decimal], random: Random
) -> None:
    shuffled = values.copy()
    random.shuffle(shuffled)
    with exact_arithmetic():
        stepwise = sum((sums_of_indices([value]) for value in shuffled), IndexSums())
    assert estimate(stepwise) == estimate(sums_of_indices(values))


@given(indices.filter(len), st.data())
def test_removing_a_response_equals_never_having_added_it(
    values: list[Decimal], data: st.DataObject
) -> None:
    removed = data.draw(st.sampled_from(range(len(values))))
    with exact_arithmetic():
        without = sums_of_indices(values) - sums_of_indices([values[removed]])
    rest = values[:removed] + values[removed + 1 :]
    assert estimate(without) == estimate(sums_of_indices(rest))


@given(indices.filter(lambda values: len(values) > 1))
def test_the_index_and_interval_agree_with_the_textbook_formula(values: list[Decimal]) -> None:
    numbers = [float(value) for value in values]
    found = estimate(sums_of_indices(values))
    assert found.index == pytest.approx(fmean(numbers))
    assert found.index is not None
    assert found.high is not None
    assert found.low is not None
    assert 0 <= found.low <= found.index <= found.high <= 100
    mean = sum(map(Fraction, values), Fraction(0)) / len(values)
    squared_deviations = sum(((Fraction(value) - mean) ** 2 for value in values), Fraction(0))
    standard_error = sqrt(squared_deviations / (len(values) - 1) / len(values))
    least = 1.959 * standard_error - 1e-12  # floats near 100 are 1.4e-14 apart
    assert found.low == 0 or found.index - found.low >= least
    assert found.high == 100 or found.high - found.index >= least


@given(waves=st.lists(indices, max_size=4))
def test_the_sums_of_all_waves_are_the_sums_of_all_their_indices(
    waves: list[list[Decimal]],
) -> None:
    assert add_sums(map(sums_of_indices, waves)) == sums_of_indices(
        [each for wave in waves for each in wave]
    )
