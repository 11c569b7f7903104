"""Tests of exact numbers."""

import pytest

from shared.money import parse_exact


@pytest.mark.parametrize("text", ["-0", "-0.00"])
def test_a_negative_zero_is_parsed_as_zero(text: str) -> None:
    assert not parse_exact(text).is_signed()


def test_the_sign_of_other_numbers_stays() -> None:
    assert str(parse_exact("-0.50")) == "-0.50"
