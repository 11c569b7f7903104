"""One spelling of each text: NFC without format characters, and which texts are visible."""

import re
import sys
from unicodedata import category, is_normalized

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.texts import fold, is_visible, normalise, normalise_stored

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
