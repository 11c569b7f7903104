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


def test_a_figure_meets_its_target_misses_it_or_has_none() -> None:
    assert [figure.met for figure in PART.figures] == [True, False, None]


def test_a_table_shows_each_target_and_whether_it_is_met() -> None:
    first, share, p95, rate = table([PART]).splitlines()
    assert first == "read: one customer"
    assert "0.31" in share
    assert share.endswith("target >= 0.3   met")
    assert p95.endswith("target <= 500   MISSED")
    assert "1,23" in rate
    assert "target" not in rate


def test_a_part_is_read_from_its_document_unchanged() -> None:
    assert Part.read(PART.document()) == PART


@pytest.mark.parametrize(("share", "expected"), [(0.5, 51), (0.95, 96), (0.99, 100), (1.0, 100)])
def test_a_percentile_is_one_of_the_values(share: float, expected: float) -> None:
    assert percentile(range(100, 0, -1), share) == expected
