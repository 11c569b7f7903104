"""Quantiles of Student's t distribution agree with printed tables and with scipy."""

import pytest
from scipy.stats import t

from services.scoring.figures.satisfaction_index.student import quantile


@pytest.mark.parametrize(
    ("degrees_of_freedom", "printed"),
    [(1, 12.706), (2, 4.303), (4, 2.776), (10, 2.228), (30, 2.042), (120, 1.980), (10**6, 1.960)],
)
def test_quantiles_agree_with_a_printed_table(degrees_of_freedom: int, printed: float) -> None:
    assert round(quantile(degrees_of_freedom), 3) == printed


@pytest.mark.parametrize("degrees", [*range(1, 60), 99, 500, 4371, 25_975, 103_903, 10**6])
def test_quantiles_agree_with_scipy(degrees: int) -> None:
    assert quantile(degrees) == pytest.approx(t.ppf(0.975, degrees), rel=1e-9)
    assert quantile(degrees, outside=0.01) == pytest.approx(t.ppf(0.995, degrees), rel=1e-9)
    assert quantile(degrees, outside=0.5) == pytest.approx(t.ppf(0.75, degrees), rel=1e-9)
