"""Kinds of cells: how each is read, and how people write it. Reading one again is a look-up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from services.registry.customers.customer.domain import MOST_TAGS
from services.registry.sales.product.domain import MOST_DAYS
from shared.clock import local_day
from shared.files.cells import is_formula, parse_date_or_time, parse_moment
from shared.money import CURRENCIES, parse_exact

Choice = TypeVar("Choice", bound=StrEnum)

_LONGEST_CODE = 100
_LONGEST_NAME = 200
_LONGEST_PHONE = 50


@dataclass(frozen=True, slots=True)
class Cell:
    """A kind of cell: how it is read (ValueError says what to give), and how it is written."""

    read: Callable[[str], Any]
    written: str


def _text(text: str, longest: int) -> str:
    if len(text) > longest:
        raise ValueError(f"Give at most {longest} characters.")
    if "\x00" in text:
        raise ValueError("Leave out the character NUL.")
    if is_formula(text):
        raise ValueError("Give the value, not a formula.")
    return text


@lru_cache(maxsize=65_536)
def _code(text: str) -> str:
    return _text(text, _LONGEST_CODE)


@lru_cache(maxsize=65_536)
def _name(text: str) -> str:
    return _text(text, _LONGEST_NAME)


def _tags(text: str) -> tuple[str, ...]:
    tags = [tag.strip() for tag in text.split(";") if tag.strip()]
    if len(tags) > MOST_TAGS:
        raise ValueError(f"Give at most {MOST_TAGS} words.")
    return tuple(_code(tag) for tag in tags)


@lru_cache(maxsize=65_536)
def _exact(text: str) -> Decimal:
    return parse_exact(text)


def _price(text: str) -> Decimal:
    price = _exact(text)
    if price < 0:
        raise ValueError("Give a price of 0 or more.")
    return price


@lru_cache(maxsize=1024)
def _currency(text: str) -> str:
    if text not in CURRENCIES:
        raise ValueError("Give an ISO 4217 code such as CNY.")
    return text


@lru_cache(maxsize=65_536)
def _day(text: str) -> date:
    return parse_date_or_time(text, "Give a day as 2026-01-31 or 2026/1/31.").date()


@lru_cache(maxsize=65_536)
def _moment(text: str, zone: ZoneInfo) -> tuple[datetime, date]:
    """Read a time, and its business day."""
    moment = parse_moment(text, zone)
    return moment, local_day(moment, zone)


_YES, _NO = ("true", "1", "yes", "是"), ("false", "0", "no", "否")
_FLAGS = dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)


def _flag(text: str) -> bool:
    try:
        return _FLAGS[text.lower()]
    except KeyError:
        raise ValueError(f"Give one of {', '.join(_FLAGS)}.") from None


def _days(text: str) -> int:
    digits = text.lstrip("0")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(MOST_DAYS))):
        digits = "0"
    if not 1 <= int(digits) <= MOST_DAYS:
        raise ValueError(f"Give a whole number of days from 1 to {MOST_DAYS}.")
    return int(digits)


def choice(kind: type[Choice]) -> Cell:
    """Make the kind of cell that has one of several codes."""
    codes = {str(one): one for one in kind}

    def read(text: str) -> Choice:
        try:
            return codes[text]
        except KeyError:
            raise ValueError(f"Give one of {', '.join(codes)}.") from None

    return Cell(read, " or ".join(f"`{one}`" for one in codes))


def time_in(zone: ZoneInfo) -> Cell:
    """Make the kind of cell that has a time, without offset local to a zone."""
    return Cell(
        partial(_moment, zone=zone),
        "`2026-01-31 09:30:00` or `2026/1/31 9:30`, also with an offset as in "
        "`2026-01-31T09:30:00+08:00`; a day alone is its first moment",
    )


def _listed(texts: tuple[str, ...]) -> str:
    return ", ".join(f"`{text}`" for text in texts)


CODE = Cell(_code, f"text of at most {_LONGEST_CODE} characters")
NAME = Cell(_name, f"text of at most {_LONGEST_NAME} characters")
PHONE = Cell(partial(_text, longest=_LONGEST_PHONE), f"text of at most {_LONGEST_PHONE} characters")
TAGS = Cell(_tags, f"at most {MOST_TAGS} words separated by `;`, such as `重点客户;家电`")
_NUMBER = "`2599.00`; no `,` and no sign of money"
EXACT = Cell(_exact, f"digits with an optional point, such as {_NUMBER}")
PRICE = Cell(_price, f"0 or more, written as {_NUMBER}")
CURRENCY = Cell(_currency, "ISO 4217 code, such as `CNY`")
DAY = Cell(_day, "`2026-01-31`, `2026/1/31` or `2026.1.31`; a time of day after it is dropped")
FLAG = Cell(_flag, f"yes ({_listed(_YES)}) or no ({_listed(_NO)})")
DAYS = Cell(_days, f"whole number from 1 to {MOST_DAYS}")
