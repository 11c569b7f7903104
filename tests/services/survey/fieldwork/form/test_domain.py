from urllib.parse import urlencode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.survey.fieldwork.form.domain import choose_language, parse_form

FORM_ID = UUID("0197f3c0-0000-7000-8000-000000000001")


@given(st.dictionaries(st.from_regex(r"[a-z]{1,9}", fullmatch=True), st.lists(st.text())))
def test_an_encoded_form_is_parsed_to_its_id_and_the_values_of_each_field(
    fields: dict[str, list[str]],
) -> None:
    """Characters that cannot be encoded (lone surrogates) arrive as question marks."""
    body = urlencode({**fields, "_form": str(FORM_ID)}, doseq=True, errors="replace").encode()
    filled_form = parse_form(body)
    assert filled_form.form_id == FORM_ID
    assert {code: [*values] for code, values in filled_form.fields.items()} == {
        code: [value.encode(errors="replace").decode() for value in values]
        for code, values in fields.items()
        if values
    }


@given(st.binary())
def test_parsing_any_bytes_as_a_form_raises_no_error(body: bytes) -> None:
    parse_form(body)


def test_several_options_of_one_item_are_joined_with_semicolons_in_its_answer() -> None:
    assert parse_form(b"at=shop&at=online&wish=a+b").answers == {
        "at": "shop;online",
        "wish": "a b",
    }


@pytest.mark.parametrize("body", ["", "_form=", "_form=7", "_form=x&a=1"])
def test_the_form_id_is_none_if_the_hidden_field_is_missing_or_no_uuid(body: str) -> None:
    assert parse_form(body.encode()).form_id is None


def test_a_form_with_more_than_3000_fields_is_refused() -> None:
    with pytest.raises(ValueError, match="fields"):
        parse_form(b"a=1&" * 3001)


@pytest.mark.parametrize(
    ("requested", "accept_language", "chosen"),
    [
        ("en", "zh-CN", "en"),
        ("zh-CN", "en", "zh"),
        ("fr", None, "zh"),
        (None, None, "zh"),
        (None, "en-GB,en;q=0.9,zh-CN;q=0.8", "en"),
        (None, "fr-FR, zh-Hans-CN;q=0.7, en;q=0.5", "zh"),
        (None, "zh;q=0.3, en;q=0.5", "en"),
        (None, "en;q=0, de", "zh"),
        (None, "*", "zh"),
        (None, ";;q=,,en;q=x", "zh"),
        (None, "zh, en", "zh"),
        (None, "en, zh", "en"),
        (None, "zh;q=1, en", "zh"),
        (None, "en , zh;q=0.5", "en"),
        (None, "," * 998 + "en", "en"),
        (None, "," * 999 + "en", "zh"),  # only the first 1000 characters of the header count
    ],
)
def test_the_language_is_the_requested_one_or_else_the_one_that_the_browser_prefers(
    requested: str | None, accept_language: str | None, chosen: str
) -> None:
    assert choose_language(requested, accept_language) == chosen
