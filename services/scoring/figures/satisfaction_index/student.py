"""Student's t distribution (Student, 1908), without a statistics library in every process."""

from functools import lru_cache
from math import exp, lgamma, log

_TINY = 1e-300
_PRECISION = 1e-15
_STEPS = 400


@lru_cache(maxsize=4096)
def quantile(degrees: int, *, outside: float = 0.05) -> float:
    """Return the t beyond which, in both tails together, the share `outside` of the values lies.

    The share outside +-t is the regularised incomplete beta I(d / (d + t^2); d / 2, 1 / 2)
    (Abramowitz and Stegun 26.5.27); it falls with t, so the root is bisected. The relative error
    is below 1e-9 up to a million degrees of freedom.
    """
    low, high = 0.0, 1.0
    while _outside(high, degrees) > outside:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        low, high = (middle, high) if _outside(middle, degrees) > outside else (low, middle)
    return high


def _outside(t: float, degrees: int) -> float:
    return _beta(degrees / 2, 0.5, degrees / (degrees + t * t), t * t / (degrees + t * t))


def _beta(a: float, b: float, x: float, rest: float) -> float:
    """Return I(x; a, b), where `rest` is 1 - x, from the tail that converges (A. and S. 26.5.8)."""
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(rest))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, rest) / b


def _fraction(a: float, b: float, x: float) -> float:
    """Return the continued fraction of the incomplete beta by Lentz's method."""
    c, d = 1.0, 1 / _nonzero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            c, d = _nonzero(1 + term / c), 1 / _nonzero(1 + term * d)
            value *= c * d
        if abs(c * d - 1) < _PRECISION:
            break
    return value


def _nonzero(number: float) -> float:
    """Return a number to divide by: the smallest allowed one instead of (nearly) zero."""
    return number if abs(number) > _TINY else _TINY
