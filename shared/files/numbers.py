"""The text of numbers in a sheet: with as many digits as a spreadsheet stores, and as it shows ids.

A spreadsheet stores 15 significant digits. A file has more of them where a program has written a
binary fraction: 3.3000000000000003 is 3.3, as everybody sees it. Formats of numbers decide how a
whole number looks whose digits are an id: with the format 00000, the number 123 is the id 00123.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

MAX_DIGITS = 15
"""Number of significant digits that a spreadsheet stores."""
_MIN_ZEROS = 2
"""Number of zeros in a format by which a number is an id: `0` alone is any whole number."""
_PART = re.compile(
    r'"([^"]*)"|[\\!](.)|_.|\[(?:[A-Za-z]+\d*|\$-[0-9A-Fa-f]+)\]'
    r"|([0#?]|General)|([- ():+^&'~{}<>=])"
)
"""A part of a format: a quoted or escaped text, padding, color or language, a digit, or a text."""
_CURRENCY_WORDS = re.compile(
    r"[元圆円원]|\b(?:CNY|RMB|USD|EUR|GBP|JPY|HKD|TWD|KRW|Rs|kr|zł)\b", re.IGNORECASE
)


def number_text(value: float) -> tuple[str, bool]:
    """Return a finite number with 15 significant digits, and whether the digits were more.

    The text has no exponent, except for a number of 16 digits or more before the point: its last
    digits are lost in a spreadsheet, so that two ids may have become one. Such a number is shown as
    1.1010119900307E+17, which is no valid id.
    """
    exact = Decimal(repr(value))
    rounded = (Decimal(f"{exact:.{MAX_DIGITS - 1}E}") + 0).normalize()  # + 0: no negative zero
    if rounded.adjusted() >= MAX_DIGITS:
        return f"{rounded:E}", rounded != exact
    return f"{rounded:f}", rounded != exact


@dataclass(frozen=True, slots=True)
class IdFormat:
    """A format that shows a whole number as an id, such as `000-0000` or `"SO-"0000`.

    `parts` are its texts and, each as a part of its own, its digits `0`, `#` and `?`, or `General`,
    which stands for all digits; `is_digit` has for each part whether it is a digit.
    """

    parts: tuple[str, ...]
    is_digit: tuple[bool, ...]

    def show(self, number: int) -> str:
        """Return a whole number that is not negative as a spreadsheet shows it."""
        count = sum(self.is_digit)
        digits = str(number).rjust(count)
        surplus = len(digits) - count
        remaining = iter([digits[: surplus + 1], *digits[surplus + 1 :]])
        return "".join(self._shown(remaining))

    def _shown(self, digits: Iterator[str]) -> Iterator[str]:
        """Yield the shown parts; the number has a blank where it lacks a digit."""
        for part, is_digit in zip(self.parts, self.is_digit, strict=True):
            if not is_digit:
                yield part
                continue
            digit = next(digits)
            yield digit if digit != " " else part if part == "0" else ""


def id_format(code: str) -> IdFormat | None:
    """Return the format of a cell if it shows whole numbers as ids; None for any other format.

    An id has at least two zeros or a text before or between its digits. Formats for amounts have
    separators of thousands, decimals, a percent sign, an exponent, a condition or a currency.
    """
    section = next(iter(_sections(code)))
    parts, is_digit, position = list[str](), list[bool](), 0
    while position < len(section):
        match = _PART.match(section, position)
        if match is None:
            return None
        quoted, escaped, digit, literal = match.groups()
        position = match.end()
        if text := digit or quoted or escaped or literal:
            parts.append(text)
            is_digit.append(digit is not None)
    found = IdFormat(tuple(parts), tuple(is_digit))
    return found if _is_of_ids(found) else None


def _sections(code: str) -> list[str]:
    """Return the sections of a format, of which the first is for positive numbers."""
    return re.findall(r'(?:"[^"]*"|[\\!].|[^;"\\!])*', code, re.DOTALL)


def _is_of_ids(found: IdFormat) -> bool:
    """Return whether a format shows ids rather than quantities or amounts."""
    if True not in found.is_digit:
        return False
    texts = "".join(
        part for part, is_digit in zip(found.parts, found.is_digit, strict=True) if not is_digit
    )
    if _CURRENCY_WORDS.search(texts) or any(unicodedata.category(c) == "Sc" for c in texts):
        return False
    last_digit = len(found.is_digit) - found.is_digit[::-1].index(True)
    has_text_before = any(
        part.strip()
        for part, is_digit in zip(found.parts[:last_digit], found.is_digit, strict=False)
        if not is_digit
    )
    return has_text_before or found.parts.count("0") >= _MIN_ZEROS
