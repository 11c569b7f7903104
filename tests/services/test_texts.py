"""Tests of the texts of all codes of faults, from which front ends write their messages."""

import re
from typing import Any

import pytest

from shared.catalogue import filled, template_params
from tests.services.explained import entries

MACHINE_ONLY = {
    ("encoding", "line"): "null if the encoding of the whole file is known",
    ("lines_differ", "other_value"): "null if the other line has no value",
    ("lines_differ", "value"): "null if this line has no value",
    ("malformed", "line"): "null for a workbook",
    ("outside_scale", "missing"): "empty if the question has no such codes",
    ("unknown_field", "allowed"): "null if the fields are not listed",
}
"""Parameters that no text can name, because they may have no value; by code and name."""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_text_of_a_code_names_each_of_its_parameters_or_there_is_a_reason(
    language: str,
) -> None:
    unnamed = {
        (code, name)
        for (kind, code), entry in entries().items()
        if kind == "fault"
        for name in set(entry["params"]) - template_params(text_of(entry, language))
    }
    assert unnamed == MACHINE_ONLY.keys()


@pytest.mark.parametrize("code", ["too_short", "too_long", "too_few", "too_many", "too_small"])
def test_a_text_with_the_number_1_has_no_plural_after_it(code: str) -> None:
    entry = entries()["fault", code]
    text = filled(text_of(entry, "en"), dict.fromkeys(entry["params"], 1))
    assert re.search(r"\b1\b", text)
    assert re.search(r"\b1 \w+s\b", text) is None


def text_of(entry: dict[str, Any], language: str) -> str:
    """Return the text of an entry of the catalogue in a language."""
    return f"{entry['title'][language]} {entry['advice'][language]}"
