"""One spelling of each text: Unicode NFC, without the format characters that nobody sees.

The functions are pure. A text from a word processor or a chat can contain a zero width space or a
direction mark, and macOS writes `é` as two characters; an id with one of them looks the same as
the id without it, but is another id to a database.
"""

import re
from unicodedata import category, combining, is_normalized, normalize

from shared.errors import InvalidValue
from shared.faults import INVISIBLE, NUL

# The category Cf (a test compares), except the signs of Arabic, Syriac, Kaithi and Egyptian
# hieroglyphs that are visible or place visible signs.
_FORMAT_CHARACTERS = (
    "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
_FORMAT_CHARACTER = re.compile(f"[{_FORMAT_CHARACTERS}]")
_JOINERS = "\u200c\u200d\u180e"  # zero width non-joiner and joiner, Mongolian vowel separator
_FLAG_WITH_TAGS = "\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"  # such as the flag of Scotland
_REMOVABLE = re.compile(f"{_FLAG_WITH_TAGS}|[{_JOINERS}]+|{_FORMAT_CHARACTER.pattern}")
# Scripts in which a joiner changes how letters look and what a word means: Arabic to Adlam, the
# Indic scripts, Tibetan, Myanmar, Khmer and Mongolian.
_JOINING_SCRIPTS = re.compile(
    "[\u0600-\u0dff\u0f00-\u109f\u1700-\u1c7f\u1cd0-\u1cff\ua800-\uaaff\uabc0-\uabff"
    "\ufb50-\ufdff\ufe70-\ufefc\U00010800-\U00011fff\U0001e900-\U0001e95f]"
)
_EMOJI = "\u2190-\u2bff\U0001f000-\U0001faff"
_IS_JOINABLE_EMOJI = re.compile(f"[{_EMOJI}\ufe0f]")
_IS_EMOJI = re.compile(f"[{_EMOJI}]")
_ZERO_WIDTH_JOINER = "\u200d"
_VIRAMA_CLASS = 9  # the canonical combining class of the signs that suppress an Indic vowel
_HALF_WIDTH = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(map(ord, "\u3000\u00a0\u2007\u2009\u202f"), ord(" ")),
    ord("\u2212"): ord("-"),
}
_INVISIBLE_CATEGORIES = {"Cc", "Cf", "Zl", "Zp", "Zs"}
# Hangul fillers, the blank braille pattern, the combining grapheme joiner, inherent Khmer vowels
# and variation selectors.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)


def normalise(text: str) -> str:
    """Return the text in Unicode NFC and without format characters (category Cf).

    A joiner remains where it carries meaning: within an emoji, between letters of a script such as
    Arabic or Devanagari, and after an Indic sign without vowel. The result is unchanged by a second
    call.
    """
    if text.isascii() or (text.isprintable() and is_normalized("NFC", text)):
        return text  # a format character is not printable
    result = normalize("NFC", text)
    while (cleaned := normalize("NFC", _REMOVABLE.sub(_meaningful_part, result))) != result:
        result = cleaned
    return result


def normalise_stored(text: str | None) -> str | None:
    """Return a text of an earlier release as a request with this text stores it today.

    None and a text without a visible character stay. So does the rare text that becomes longer,
    because its column may be too short.
    """
    normalised = normalise(text or "").strip()
    return normalised if text and 0 < len(normalised) <= len(text) else text


def fold(text: str) -> str:
    """Return the text as a search compares it: in any letter case, width and spelling.

    The form is Unicode NFKC with case folding, without format characters: `Ｔｒａｄｉｎｇ` becomes
    `trading`, `STRASSE` and `Straße` become `strasse`.
    """
    if text.isascii():
        return text.lower()
    folded = normalize("NFKC", normalize("NFKC", text).casefold())
    return normalize("NFKC", _FORMAT_CHARACTER.sub("", folded))


def half_width(text: str) -> str:
    """Return the text with ASCII characters for full-width ones, other blanks and the minus sign.

    Numbers and times are read in this form: `１２．５` is 12.5. Other characters stay, whereas NFKC
    would make 52 of `5²`.
    """
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def is_visible(text: str) -> bool:
    """Return whether a text has a character that a reader can see.

    Blanks, control and format characters, Hangul fillers and the like are not visible.
    """
    if text.isascii():
        return any("!" <= character <= "~" for character in text)
    return any(
        category(character) not in _INVISIBLE_CATEGORIES and not _INVISIBLE.match(character)
        for character in text
    )


def without_nul(text: str) -> str:
    """Return the text unchanged; raises InvalidValue for a NUL: PostgreSQL refuses it."""
    if "\x00" in text:
        raise InvalidValue(NUL)
    return text


def visible_text(value: object) -> object:
    """Return a text normalised; raises InvalidValue if it has no visible character.

    Other values, and texts of blanks or with a NUL, are returned for the checks that follow.
    """
    if not isinstance(value, str):
        return value
    if value.strip() and "\x00" not in value and not is_visible(value):
        raise InvalidValue(INVISIBLE)
    return normalise(value)


def _meaningful_part(match: re.Match[str]) -> str:
    """Return the part of a run of format characters that carries meaning; empty for most."""
    found, text = match.group(), match.string
    if found[0] not in _JOINERS:
        return found if len(found) > 1 else ""  # only a flag is longer than one character
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    return found[0] if _joins(before, found[0], after) else ""


def _joins(before: str, joiner: str, after: str) -> bool:
    """Return whether a joiner between two characters carries meaning; each may be empty."""
    if before and combining(before) == _VIRAMA_CLASS:
        return True
    if joiner == _ZERO_WIDTH_JOINER and _IS_JOINABLE_EMOJI.match(before):
        return bool(_IS_EMOJI.match(after))
    return _is_joinable_letter(before) and _is_joinable_letter(after)


def _is_joinable_letter(character: str) -> bool:
    """Return whether a character is a letter or mark of a script that has joiners."""
    return bool(_JOINING_SCRIPTS.match(character)) and category(character)[0] in "LM"
