"""Student's t distribution (Student, 1908), computed without loading a statistics library."""

from functools import lru_cache
from math import exp, lgamma, log

_TINY = 1e-300
_PRECISION = 1e-15
_MAX_STEPS = 400


@lru_cache(maxsize=4096)
def quantile(degrees: int, *, outside: float = 0.05) -> float:
    """Return the value t such that the share `outside` of the distribution lies outside -t to t.

    For d degrees of freedom the share outside -t to t is the regularised incomplete beta function
    I(x; a, b) with x = d / (d + t^2), a = d / 2 and b = 1 / 2 (Abramowitz and Stegun, Handbook of
    Mathematical Functions, 26.5.27). The share decreases as t increases, so t is found by
    bisection. The relative error is below 1e-9 up to a million degrees of freedom.
    """
    low, high = 0.0, 1.0
    while _share_outside(high, degrees) > outside:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        low, high = (middle, high) if _share_outside(middle, degrees) > outside else (low, middle)
    return high


def _share_outside(t: float, degrees: int) -> float:
    """Return the share of Student's t distribution that lies outside -t to t."""
    return _incomplete_beta(
        degrees / 2, 0.5, degrees / (degrees + t * t), t * t / (degrees + t * t)
    )


def _incomplete_beta(a: float, b: float, x: float, one_minus_x: float) -> float:
    """Return the regularised incomplete beta function I(x; a, b).

    The function is computed from a continued fraction (Abramowitz and Stegun 26.5.8), which
    converges fast for small x only; for a large x, I(x; a, b) = 1 - I(1 - x; b, a) is used.
    `one_minus_x` is passed, because it would lose digits if it were computed from an x close to 1.
    """
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(one_minus_x))
    if x < (a + 1) / (a + b + 2):
        return front * _continued_fraction(a, b, x) / a
    return 1 - front * _continued_fraction(b, a, one_minus_x) / b


def _continued_fraction(a: float, b: float, x: float) -> float:
    """Return the continued fraction of I(x; a, b), evaluated by Lentz's method."""
    c, d = 1.0, 1 / _nonzero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _MAX_STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            c, d = _nonzero(1 + term / c), 1 / _nonzero(1 + term * d)
            value *= c * d
        if abs(c * d - 1) < _PRECISION:
            break
    return value


def _nonzero(number: float) -> float:
    """Return the number, or a tiny one if it is so close to 0 that it must not be a divisor."""
    return number if abs(number) > _TINY else _TINY
