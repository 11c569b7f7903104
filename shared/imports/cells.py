"""Kinds of cells that any file may have: how a cell is parsed, and how people write it.

Many lines of a file have cells with the same text, so the common kinds of cells remember the values
of the texts that they have parsed.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any, TypeVar

from shared.clock import local_day
from shared.countries import COUNTRIES
from shared.errors import InvalidValue
from shared.faults import COUNTRY as COUNTRY_CODE
from shared.faults import CURRENCY as CURRENCY_CODE
from shared.faults import INVISIBLE, NOT_ONE_OF, NUL, TOO_LONG
from shared.files.cells import is_formula
from shared.imports.faults import FORMULA, SHORTENED
from shared.imports.times import DATE_FORMS, TimeFormat, parse_day, parse_moment
from shared.money import CURRENCIES, parse_exact
from shared.texts import half_width, is_visible

Choice = TypeVar("Choice", bound=StrEnum)

_ONE_OF = "Give one of {allowed}."
_CACHED_TEXTS = 65_536
_MAX_CODE_LENGTH = 100
_MAX_NAME_LENGTH = 200
_SHORTENED = re.compile(
    r"[-+]?(?:\d{1,3}(?:[.,]\d+)?\s?E\s?[-+\u2212]\s?\d{1,3}|\d[.,]\d+\s?E\s?\d{1,3})|#+",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A kind of cell: how the cells of one column of a file are parsed.

    `parse` turns the text of a cell into a value, or raises InvalidValue, whose message says what
    to write instead. `format` describes in Markdown how the value is written. `is_id` is whether
    the value is an id, so that a placeholder such as NULL would make one record of many.
    """

    parse: Callable[[str], Any]
    format: str
    is_id: bool = False

    def cached(self) -> "Cell":
        """Return this kind of cell with a `parse` that remembers the value of each text."""
        return replace(self, parse=lru_cache(maxsize=_CACHED_TEXTS)(self.parse))


def text_cell(max_length: int) -> Cell:
    """Return a `Cell` for a column whose cells contain texts of at most `max_length` characters."""
    return Cell(
        partial(_parse_text, max_length=max_length), f"text of at most {max_length} characters"
    )


def id_cell(max_length: int) -> Cell:
    """Return a `Cell` for a column whose cells contain ids of at most `max_length` characters."""
    return Cell(
        partial(_parse_id, max_length=max_length),
        f"text of at most {max_length} characters, not shortened by a spreadsheet as in "
        "`1.10101E+17`",
        is_id=True,
    )


def choice_cell(choices: type[Choice]) -> Cell:
    """Return a `Cell` for a column whose cells contain values of an enumeration."""
    by_text = {str(choice): choice for choice in choices}

    def parse(text: str) -> Choice:
        try:
            return by_text[text]
        except KeyError:
            raise InvalidValue(NOT_ONE_OF, _ONE_OF, allowed=list(by_text)) from None

    return Cell(parse, " or ".join(f"`{text}`" for text in by_text))


def time_cell(times: TimeFormat) -> Cell:
    """Return the kind of cell that contains a time, written as in this file.

    The value of a cell is a pair: the moment in UTC, and the business day of the moment in the zone
    of the file.
    """
    return Cell(
        partial(_parse_moment_and_day, times=times),
        "`2026-01-31 09:30:00` or `2026/1/31 9:30`, also with an offset as in "
        f"`2026-01-31T09:30:00+08:00`; days are {DATE_FORMS}; a day without a time means its first "
        "moment",
    )


def day_cell(times: TimeFormat) -> Cell:
    """Return the kind of cell that contains a day, written as in this file."""
    return Cell(
        partial(parse_day, times=times), f"{DATE_FORMS}; a time of day after it is ignored"
    ).cached()


def _parse_text(text: str, max_length: int) -> str:
    """Return the text; raise InvalidValue if it is too long, has NUL, or is a formula.

    Raises InvalidValue also if nothing of the text is visible.
    """
    if len(text) > max_length:
        raise InvalidValue(TOO_LONG, "Give at most {max} characters.", max=max_length)
    if "\x00" in text:
        raise InvalidValue(NUL, "Leave out the character NUL.")
    if is_formula(text):
        raise InvalidValue(FORMULA, "Give the value, not a formula.")
    if not is_visible(text):
        raise InvalidValue(INVISIBLE)
    return text


def _parse_id(text: str, max_length: int) -> str:
    """Return the id; raise InvalidValue if a spreadsheet has shortened it, or it is no text."""
    refuse_shortened(text)
    return _parse_text(text, max_length)


def refuse_shortened(text: str) -> None:
    """Raise InvalidValue if a text is a number that a spreadsheet or program has shortened.

    Such a number has an exponent with a sign, as in 1.1E+17 and 1E+05, or a point and an exponent,
    as in 1.1E17. Other codes with an E, such as 2E5, are ids. `####` is what a spreadsheet writes
    for a number in a column that is too narrow.
    """
    if _SHORTENED.fullmatch(unicodedata.normalize("NFKC", text)):
        raise InvalidValue(SHORTENED)


def parse_number(text: str) -> Decimal:
    """Return the exact number in a cell, which may have full-width digits.

    Raises InvalidValue for separators of thousands, brackets, currencies and a minus at the end.
    """
    return parse_exact(half_width(text))


def _parse_currency(text: str) -> str:
    """Return the currency code; raise InvalidValue if ISO 4217 does not list it."""
    if text not in CURRENCIES:
        raise InvalidValue(CURRENCY_CODE, "Give an ISO 4217 code such as CNY.")
    return text


def _parse_country(text: str) -> str:
    """Return the country code; raise InvalidValue if ISO 3166 does not list it."""
    if text not in COUNTRIES:
        raise InvalidValue(COUNTRY_CODE, "Give an ISO 3166 code of two letters such as CN.")
    return text


@lru_cache(maxsize=_CACHED_TEXTS)
def _parse_moment_and_day(text: str, times: TimeFormat) -> tuple[datetime, date]:
    """Return a time in UTC, and its day in the zone of the file."""
    moment = parse_moment(text, times)
    return moment, local_day(moment, times.zone)


_YES, _NO = ("true", "1", "yes", "是"), ("false", "0", "no", "否")
_FLAGS = dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)


def _parse_flag(text: str) -> bool:
    """Return True for a text that means yes and False for no; upper case is accepted."""
    try:
        return _FLAGS[text.lower()]
    except KeyError:
        raise InvalidValue(NOT_ONE_OF, _ONE_OF, allowed=list(_FLAGS)) from None


def _listed(texts: Iterable[str]) -> str:
    """Return the texts in backticks, separated by commas."""
    return ", ".join(f"`{text}`" for text in texts)


NUMBER_FORMAT = "`2599.00`; without `,` and without a currency sign"
CODE = text_cell(_MAX_CODE_LENGTH).cached()
ID = id_cell(_MAX_CODE_LENGTH).cached()
NAME = text_cell(_MAX_NAME_LENGTH).cached()
EXACT = Cell(parse_number, f"digits with an optional point, such as {NUMBER_FORMAT}").cached()
COUNTRY = Cell(_parse_country, "ISO 3166 code of two letters, such as `CN`").cached()
CURRENCY = Cell(_parse_currency, "ISO 4217 code, such as `CNY`").cached()
FLAG = Cell(_parse_flag, f"yes ({_listed(_YES)}) or no ({_listed(_NO)})")
