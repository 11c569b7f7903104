from urllib.parse import urlencode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.survey.fieldwork.form.domain import choose_language, read_filled

FORM = UUID("0197f3c0-0000-7000-8000-000000000001")


@given(st.dictionaries(st.from_regex(r"[a-z]{1,9}", fullmatch=True), st.lists(st.text())))
def test_a_form_is_read_as_it_was_filled(fields: dict[str, list[str]]) -> None:
    body = urlencode({**fields, "_form": str(FORM)}, doseq=True, errors="replace").encode()
    filled = read_filled(body)
    assert filled.form_id == FORM
    assert {code: [*values] for code, values in filled.fields.items()} == {
        code: [value.encode(errors="replace").decode() for value in values]
        for code, values in fields.items()
        if values
    }


@given(st.binary())
def test_a_form_is_read_whatever_bytes_are_sent(body: bytes) -> None:
    read_filled(body)


def test_several_answers_to_one_question_are_parted_by_semicolons() -> None:
    assert read_filled(b"at=shop&at=online&wish=a+b").written == {
        "at": "shop;online",
        "wish": "a b",
    }


@pytest.mark.parametrize("written", ["", "_form=", "_form=7", "_form=x&a=1"])
def test_a_form_that_is_not_ours_is_known_as_such(written: str) -> None:
    assert read_filled(written.encode()).form_id is None


def test_a_form_with_more_fields_than_any_questionnaire_is_refused() -> None:
    with pytest.raises(ValueError, match="fields"):
        read_filled(b"a=1&" * 3001)


@pytest.mark.parametrize(
    ("asked", "accepted", "chosen"),
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
        (None, "," * 999 + "en", "zh"),  # of a longer header the first 1000 characters count
    ],
)
def test_the_language_is_the_one_asked_for_or_the_browsers_favourite(
    asked: str | None, accepted: str | None, chosen: str
) -> None:
    assert choose_language(asked, accepted) == chosen
