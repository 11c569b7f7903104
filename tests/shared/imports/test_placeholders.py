"""Placeholders for missing values, which are neither ids nor texts."""

import pytest

from shared.errors import InvalidValue
from shared.imports.placeholders import PLACEHOLDERS, refuse_placeholder


@pytest.mark.parametrize("text", [*PLACEHOLDERS, "null", "ＮＵＬＬ", "Nan", " none ", "n/A", "－"])
def test_a_placeholder_is_refused_whatever_its_case_and_width_are(text: str) -> None:
    with pytest.raises(InvalidValue) as error:
        refuse_placeholder(text, PLACEHOLDERS)
    assert (error.value.fault.code, error.value.fault.params) == ("placeholder", {"value": text})
    assert "set `options.placeholders` to a list without it" in str(error.value)


@pytest.mark.parametrize("text", ["NULL1", "Nanjing", "N", "-1", "A-", "无锡", "0", "..", "Noneva"])
def test_a_text_that_only_contains_a_placeholder_is_accepted(text: str) -> None:
    refuse_placeholder(text, PLACEHOLDERS)


def test_the_list_of_placeholders_can_be_replaced_or_emptied() -> None:
    refuse_placeholder("NULL", [])
    refuse_placeholder("NULL", ["missing"])
    with pytest.raises(InvalidValue):
        refuse_placeholder("Missing", ["missing"])
