"""Cells of uploaded tables: recognising formulas, and parsing dates and times."""

import re
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from shared.clock import to_utc
from shared.errors import InvalidValue
from shared.faults import DATE

_SLASHED_DATE = re.compile(
    r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII
)
_ISO_DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)
_FORMULA_PREFIXES = ("=", "@")


def is_formula(cell: str) -> bool:
    """Return whether a cell begins like a formula, which is never accepted as a value.

    A formula is also recognised behind the apostrophe that `escape_formula` adds in a file of
    errors.
    """
    return cell.lstrip().removeprefix("'").lstrip().startswith(_FORMULA_PREFIXES)


def escape_formula(cell: str) -> str:
    """Return the cell, with an apostrophe before a formula so that spreadsheets show it as text."""
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA_PREFIXES) else cell


def to_iso_text(text: str) -> str:
    """Return a date such as 2026/2/20 9:05, as Chinese spreadsheets write it, in ISO 8601 form.

    Any other text is returned unchanged.
    """
    match = _SLASHED_DATE.fullmatch(text)
    if match is None:
        return text
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    return f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"


def parse_date_or_time(text: str, expected: str) -> datetime:
    """Parse a date or a date with a time; the result has an offset only if the text has one.

    Raises InvalidValue with the advice `expected` if the format is wrong, and with another advice
    if there is no such day or time, such as February 30.
    """
    iso_text = to_iso_text(text)
    if not _ISO_DATE.fullmatch(iso_text):
        raise InvalidValue(DATE, expected)
    try:
        return datetime.fromisoformat(iso_text)
    except ValueError:
        raise InvalidValue(DATE, "There is no such day or time.") from None


@lru_cache(maxsize=65_536)
def parse_moment(text: str, zone: ZoneInfo) -> datetime:
    """Parse a time in a cell and return it in UTC; a time without an offset is local to `zone`.

    Raises InvalidValue if the text is not a time.
    """
    moment = parse_date_or_time(text, "Give a time as 2026-01-31 09:30:00 or 2026/1/31 9:30.")
    return to_utc(moment if moment.tzinfo else moment.replace(tzinfo=zone))
