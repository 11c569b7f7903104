from contextlib import suppress
from urllib.parse import urlencode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.survey.fieldwork.form.domain import (
    UnreadableForm,
    choose_language,
    form_of_answers,
    parse_form,
)
from shared.contracts.survey.response import Answer

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
def test_any_bytes_are_parsed_or_refused_as_unreadable(body: bytes) -> None:
    with suppress(UnreadableForm):
        parse_form(body)


@pytest.mark.parametrize("body", [b"wish=%B8%FC", b"wish=\xb8\xfc", b"%FF=1", b"a=%ED%A0%80"])
def test_a_form_that_is_not_utf_8_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableForm):
        parse_form(body)


@pytest.mark.parametrize(
    ("body", "language"),
    [("_language=en", "en"), ("_language=zh-CN", "zh"), ("_language=", None), ("a=1", None)],
)
def test_a_form_is_sent_to_switch_the_language_if_it_has_the_value_of_that_button(
    body: str, language: str | None
) -> None:
    filled_form = parse_form(body.encode())
    assert filled_form.switch_to == language
    assert "_language" not in filled_form.fields


def test_a_form_is_blank_if_nothing_was_entered_but_blanks() -> None:
    blank = {body: parse_form(body.encode()).is_blank for body in ("_form=1", "a=+&b=", "a=&a=1")}
    assert blank == {"_form=1": True, "a=+&b=": True, "a=&a=1": False}


def test_several_options_of_one_item_are_joined_with_semicolons_in_its_answer() -> None:
    assert parse_form(b"at=shop&at=online&wish=a+b").answers == {
        "at": "shop;online",
        "wish": "a b",
    }


@pytest.mark.parametrize("body", ["", "_form=", "_form=7", "_form=x&a=1"])
def test_the_form_id_is_none_if_the_hidden_field_is_missing_or_no_uuid(body: str) -> None:
    assert parse_form(body.encode()).form_id is None


def test_stored_answers_are_filled_in_as_a_browser_sends_them() -> None:
    answers: dict[str, Answer] = {
        "appearance": 5,
        "people": 2.5,
        "share": 1e-7,
        "at": ["shop", "online"],
        "wish": "1e3",
    }
    assert form_of_answers(answers).fields == {
        "appearance": ("5",),
        "people": ("2.5",),
        "share": ("0.0000001",),
        "at": ("shop", "online"),
        "wish": ("1e3",),
    }


def test_a_form_with_more_than_3000_fields_is_refused() -> None:
    parse_form(b"a=1&" * 2999 + b"a=1")
    with pytest.raises(UnreadableForm):
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
