"""Tests of the benchmark's figures: targets, tables, percentiles."""

import pytest

from deploy.bench.figures import Figure, Part, percentile, table

PART = Part(
    name="read",
    about="one customer",
    figures=[
        Figure(name="service / bare", value=0.31, unit="", least=0.3),
        Figure(name="p95", value=612.4, unit="ms", most=500),
        Figure(name="rate", value=1234.5, unit="/s"),
    ],
    raw={"rounds": [1, 2]},
)


def test_a_figure_knows_whether_it_meets_its_target_if_it_has_one() -> None:
    assert [figure.met for figure in PART.figures] == [True, False, None]


def test_a_table_shows_each_target_and_whether_it_is_met() -> None:
    heading, share, p95, rate = table([PART]).splitlines()
    assert heading == "read: one customer"
    assert "0.31" in share
    assert share.endswith("target >= 0.3   met")
    assert p95.endswith("target <= 500   MISSED")
    assert "1,23" in rate
    assert "target" not in rate


def test_results_that_are_written_as_json_are_read_back_unchanged() -> None:
    assert Part.read(PART.document()) == PART


@pytest.mark.parametrize(("share", "expected"), [(0.5, 51), (0.95, 96), (0.99, 100), (1.0, 100)])
def test_a_percentile_is_the_value_at_its_rank(share: float, expected: float) -> None:
    assert percentile(range(100, 0, -1), share) == expected
