"""One spelling of each text: NFC without format characters, and which texts are visible."""

import re
import sys
from unicodedata import category, is_normalized

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidValue
from shared.faults import INVISIBLE, NUL
from shared.texts import (
    fold,
    half_width,
    is_visible,
    normalise,
    normalise_stored,
    visible_text,
    without_nul,
)

VISIBLE_FORMAT_CHARACTERS = re.compile(
    "[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f]"
)
JOINERS = "\u200c\u200d\u180e"
AWKWARD = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cf", "Mn"]),
        st.sampled_from(
            "ae1李é\u0301\u0327\u200d\u200c\u094d\u0dca\u0dd9कیم❤👩\ufe0f🏴\U000e0067\U000e007f"
        ),
    ),
    max_size=12,
)


@given(text=AWKWARD)
def test_a_normalised_text_does_not_change_when_it_is_normalised_again(text: str) -> None:
    normalised = normalise(text)
    assert normalise(normalised) == normalised
    assert is_normalized("NFC", normalised)


@given(
    text=st.text(st.characters(codec="latin-1") | st.sampled_from("李王\u200b\u200d\ufeff\u202a"))
)
def test_no_format_character_stays_between_latin_letters_digits_and_chinese(text: str) -> None:
    assert not [character for character in normalise(text) if category(character) == "Cf"]


@given(text=st.text(st.characters(max_codepoint=127)))
def test_an_ascii_text_stays_as_it_is(text: str) -> None:
    assert normalise(text) == text


def test_every_invisible_format_character_is_removed() -> None:
    format_characters = [
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if category(character) == "Cf"
    ]
    stay = {character for character in format_characters if normalise(f"a{character}b") != "ab"}
    assert stay == set(filter(VISIBLE_FORMAT_CHARACTERS.match, format_characters))


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("cafe\u0301", "café"),
        ("e\u200d\u0301", "é"),
        ("\ufeffA-1\u200b", "A-1"),
        ("华\u200d东\u200c百货", "华东百货"),
        ("1\u200d2", "12"),
        ("Donau\u00addampf\u200eschiff", "Donaudampfschiff"),
        ("\u2067שלום\u2069", "שלום"),
        ("가", "가"),
    ],
)
def test_texts_that_look_alike_become_one_text(text: str, normalised: str) -> None:
    assert normalise(text) == normalised


@pytest.mark.parametrize(
    "text",
    [
        "👨\u200d👩\u200d👧",
        "❤\ufe0f\u200d🔥",
        "👩🏽\u200d🔬",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "می\u200cخواهم",
        "क्\u200dष",
        "ന്\u200d",
        "র\u200d্য",
        "ᠬᠤᠷᠤᠭ\u180eᠠ",
        "\u0600١٢",
    ],
)
def test_a_joiner_that_carries_meaning_stays(text: str) -> None:
    assert normalise(text) == text


@pytest.mark.parametrize(
    "text", ["می\u200c\u200cخواهم", "می\u200cخواهم\u200c", "\u200dمی\u200cخواهم"]
)
def test_a_joiner_that_joins_nothing_is_removed_in_every_script(text: str) -> None:
    assert normalise(text) == "می\u200cخواهم"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "\t\r\n\x00\x7f",
        "\u00a0\u3000\u2028",
        "\u200b\u2060\ufeff",
        "\u115f\u1160\u3164\uffa0",
        "\u2800 ",
        "\u034f\ufe0f",
        "\u00ad",
    ],
)
def test_a_text_of_blanks_and_format_characters_is_not_visible(text: str) -> None:
    assert not is_visible(text)


@pytest.mark.parametrize(
    "text", [" a", "~", "\u200b李", "é", "\u3164가", "🙂", "\U00020bb7", "\ue000"]
)
def test_a_text_with_one_character_to_see_is_visible(text: str) -> None:
    assert is_visible(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ｔｒａｄｉｎｇ", "trading"),
        ("Straße", "strasse"),
        ("ﾊﾞﾅﾅ", "バナナ"),
        ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
        ("cafe\u0301\u200b", "café"),
        ("Lee", "lee"),
        ("می\u200cخواهم", "میخواهم"),
    ],
)
def test_a_search_compares_texts_in_any_case_width_and_spelling(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("stored", "normalised"),
    [
        ("cafe\u0301", "café"),
        ("\u200b East ", "East"),
        ("\u200bA", "A"),
        ("\u212b", "\u00c5"),  # the sign of the unit ångström, and the letter
        ("\u200b", "\u200b"),
        ("\u0958", "\u0958"),  # NFC writes this letter as two characters
        ("", ""),
        (None, None),
    ],
)
def test_a_stored_text_stays_if_nothing_would_remain_or_it_would_become_longer(
    stored: str | None, normalised: str | None
) -> None:
    assert normalise_stored(stored) == normalised


@given(text=AWKWARD)
def test_a_folded_text_does_not_change_when_it_is_folded_again(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(text=AWKWARD)
def test_a_search_compares_a_text_and_its_normalised_form_as_equal(text: str) -> None:
    assert fold(normalise(text)) == fold(text)


def test_a_text_without_a_visible_character_is_refused() -> None:
    with pytest.raises(InvalidValue) as refused:
        visible_text("\u200b")
    assert refused.value.fault.code == INVISIBLE.name


@pytest.mark.parametrize("text", ["a\u200b", "\x00", "\u3164\x00", " ", "\t", ""])
def test_blanks_and_texts_with_a_nul_are_left_to_other_checks(text: str) -> None:
    assert visible_text(text) == text.removesuffix("\u200b")


@pytest.mark.parametrize(("text", "half"), [("１２．５", "12.5"), ("5²\u3000\u2212", "5² -")])
def test_numbers_in_full_width_are_read_in_half_width(text: str, half: str) -> None:
    assert half_width(text) == half


@pytest.mark.parametrize("value", [None, 5, ["\u200b"]])
def test_a_value_that_is_no_text_is_left_to_other_checks(value: object) -> None:
    assert visible_text(value) is value


def test_a_nul_is_refused() -> None:
    assert without_nul("NUL") == "NUL"
    with pytest.raises(InvalidValue) as refused:
        without_nul("a\x00b")
    assert refused.value.fault.code == NUL.name


@pytest.mark.parametrize("text", ["!", "~", "a", " ! "])
def test_every_ascii_character_from_the_exclamation_mark_to_the_tilde_is_visible(text: str) -> None:
    assert is_visible(text)
