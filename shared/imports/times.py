"""Parse the days and times in the cells of files: a table of accepted forms. Nothing is guessed.

A form is accepted if it can mean only one day: the year is first, or the month has a name. Days
such as 31/01/2026 are read only in files whose options name their order (`DateFormat`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from shared.clock import checked_day, to_utc
from shared.errors import InvalidValue
from shared.faults import DATE
from shared.imports.faults import AMBIGUOUS_DATE, SERIAL_DATE, SHORT_YEAR
from shared.texts import half_width


class DateFormat(StrEnum):
    """The order of day and month in dates that begin with neither a year nor a month's name."""

    YEAR_FIRST = "year_first"
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


@dataclass(frozen=True, slots=True)
class TimeFormat:
    """How the times of a file are read: times without an offset are local to `zone`."""

    zone: ZoneInfo
    date_format: DateFormat = DateFormat.YEAR_FIRST


DATE_FORMS: Final = (
    "`2026-01-31`, `2026/1/31`, `2026.1.31`, `2026年1月31日`, `20260131` or `31 Jan 2026`, and "
    "`31/01/2026` or `01/31/2026` if `options.date_format` is `day_first` or `month_first`"
)
"""How days may be written, for documents; also with full-width characters."""
TIME_ADVICE: Final = "Give a time as 2026-01-31 09:30:00 or 2026/1/31 9:30."
DAY_ADVICE: Final = "Give a day as 2026-01-31 or 2026/1/31."
_NO_SUCH_TIME = "There is no such day or time."
_MAX_LENGTH = 100
_NOON = 12
_MINUTES_OF_AN_HOUR = 60

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = {
    name: number
    for names in ("mon tue wed thu fri sat sun", "一 二 三 四 五 六 日")
    for number, name in enumerate(names.split())
} | {"天": 6}
_AFTERNOON = ("p", "下午", "午後", "오후")

_MONTH_NAME = (
    r"(?P<month_name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY_NAME = (
    r"(?:(?P<weekday>mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?(?:day)?\.?,? )?"  # Sat, Tuesday
)
_WEEKDAY_SIGN = r"(?:,? ?\(?(?:星期|周|週|礼拜|禮拜)(?P<weekday>[一二三四五六日天])\)?)?"
_YEAR, _MONTH, _DAY = r"(?P<year>\d{4})", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"
_NTH = rf"{_DAY}(?:st|nd|rd|th)?"
_DATES = (
    rf"{_YEAR}(?P<separator>[-/]){_MONTH}(?P=separator){_DAY}{_WEEKDAY_SIGN}",
    rf"{_YEAR}\. ?{_MONTH}\. ?{_DAY}\.?{_WEEKDAY_SIGN}",
    rf"{_YEAR} ?[年년] ?{_MONTH} ?[月월] ?{_DAY} ?[日号號일]{_WEEKDAY_SIGN}",
    rf"{_WEEKDAY_NAME}{_NTH}(?P<separator>[- /]?){_MONTH_NAME}(?:(?P=separator)|, ?){_YEAR}",
    rf"{_WEEKDAY_NAME}{_MONTH_NAME} {_NTH},? {_YEAR}",
    rf"{_YEAR}(?P<separator>[- /]){_MONTH_NAME}(?P=separator){_DAY}",
)
_NUMERIC_DATES = {
    DateFormat.DAY_FIRST: rf"{_DAY}(?P<separator>[-/.]){_MONTH}(?P=separator){_YEAR}",
    DateFormat.MONTH_FIRST: rf"{_MONTH}(?P<separator>[-/.]){_DAY}(?P=separator){_YEAR}",
}
_HALF_OF_DAY = r"[ap]\.?m\.?|上午|下午|午前|午後|오전|오후"
_FRACTION = r"(?:[.,](?P<fraction>\d{1,9}))?"
_OFFSET = (
    r"(?: ?(?P<offset>(?:z|utc|gmt)(?:\[(?:etc/)?(?:utc|gmt)\])?"
    r"|(?:utc|gmt)?[-+](?:\d{2}:?\d{2}|\d{1,2}(?::\d{2})?)))?"
)
_TIMES = (
    (
        rf"(?:(?P<half>{_HALF_OF_DAY}) ?)?(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})"
        rf"(?::(?P<second>\d{{2}}){_FRACTION})?{_OFFSET}"
    ),
    (
        rf"(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?::(?P<second>\d{{2}}){_FRACTION})?"
        rf" ?(?P<half>{_HALF_OF_DAY}){_OFFSET}"
    ),
    rf"(?P<hour>\d{{1,2}}) ?(?P<half>{_HALF_OF_DAY}){_OFFSET}",
    (
        rf"(?:(?P<half>{_HALF_OF_DAY}) ?)?(?P<hour>\d{{1,2}}) ?[时時点點시]"
        rf"(?: ?(?P<minute>\d{{1,2}}) ?[分분](?: ?(?P<second>\d{{1,2}}) ?[秒초])?)?{_OFFSET}"
    ),
)
_BETWEEN = r"(?: ?t ?|,? | ?(?=[上下午오])|(?<=[日号號일]))"
_COMPACT = (
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
    rf"(?:[ t]?(?P<hour>\d{{2}})(?P<minute>\d{{2}})(?:(?P<second>\d{{2}}){_FRACTION})?{_OFFSET})?"
)


def _compiled(*dates: str) -> tuple[re.Pattern[str], ...]:
    """Return a pattern for each form of a day alone, and with each form of a time after it."""
    forms = [*dates, *(f"{day}{_BETWEEN}{clock}" for day in dates for clock in _TIMES)]
    return tuple(re.compile(form, re.ASCII | re.IGNORECASE) for form in forms)


_UNAMBIGUOUS = (
    *_compiled(*_DATES),
    *_compiled(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"),
    re.compile(_COMPACT, re.ASCII | re.IGNORECASE),
)
_NUMERIC = {order: _compiled(form) for order, form in _NUMERIC_DATES.items()}
_SERIAL = re.compile(r"\d{5}(?:[.,]\d*)?", re.ASCII)
_ANY_ORDER = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{4}(?!\d).*", re.ASCII)
_TWO_DIGITS = re.compile(
    r"(\d{1,2}([-/.])\d{1,2}\2\d{2}|\d{2} ?年.*|\d{1,2}[- /]?[a-z]{3,9}[- /]?\d{2}"
    r"|[a-z]{3,9} \d{1,2}, ?\d{2})(?!\d).*",
    re.ASCII | re.IGNORECASE,
)


def parse_day(text: str, times: TimeFormat) -> date:
    """Parse the day in a cell; a time of day after it is checked and ignored.

    Raises InvalidValue if the text has no accepted form, or if there is no such day.
    """
    return checked_day(_parse(text, times.date_format, DAY_ADVICE).date())


@lru_cache(maxsize=65_536)
def parse_moment(text: str, times: TimeFormat) -> datetime:
    """Parse the time in a cell and return it in UTC; a day without a time is its first moment.

    Raises InvalidValue if the text has no accepted form, or if there is no such time.
    """
    moment = _parse(text, times.date_format, TIME_ADVICE)
    return to_utc(moment if moment.tzinfo else moment.replace(tzinfo=times.zone))


def _parse(text: str, date_format: DateFormat, advice: str) -> datetime:
    """Return the day and time in a text; they have an offset only if the text has one.

    Raises InvalidValue: with the message `advice`, or with the reason why the form is refused.
    """
    plain = " ".join(half_width(text).split())
    if len(plain) > _MAX_LENGTH:
        raise InvalidValue(DATE, advice)
    found = next(_matches(plain, date_format), None)
    if found is None:
        raise _refusal(plain, advice)
    try:
        return _moment(found)
    except (ValueError, OverflowError):
        raise InvalidValue(DATE, _NO_SUCH_TIME) from None


def _matches(plain: str, date_format: DateFormat) -> Iterator[dict[str, str]]:
    """Yield the parts of the text, by name, for each accepted form that it has."""
    for pattern in (*_UNAMBIGUOUS, *_NUMERIC.get(date_format, ())):
        if match := pattern.fullmatch(plain):
            yield {name: part.lower() for name, part in match.groupdict().items() if part}


def _refusal(plain: str, advice: str) -> InvalidValue:
    """Return the error of a text that has no accepted form."""
    if _SERIAL.fullmatch(plain):
        return InvalidValue(SERIAL_DATE)
    if _ANY_ORDER.fullmatch(plain):
        return InvalidValue(AMBIGUOUS_DATE)
    if _TWO_DIGITS.fullmatch(plain):
        return InvalidValue(SHORT_YEAR)
    return InvalidValue(DATE, advice)


def _moment(parts: dict[str, str]) -> datetime:
    """Return the day and time of these parts; raise ValueError if there is no such time."""
    name = parts.get("month_name")
    month = _MONTHS.index(name[:3]) + 1 if name else int(parts["month"])
    day = date(int(parts["year"]), month, int(parts["day"]))
    weekday = parts.get("weekday")
    if weekday and _WEEKDAYS[weekday] != day.weekday():
        raise ValueError("the day of the week is that of another day")
    clock = time(
        _hour(int(parts.get("hour", 0)), parts.get("half")),
        int(parts.get("minute", 0)),
        int(parts.get("second", 0)),
        int(parts.get("fraction", "")[:6].ljust(6, "0")),
        _offset(parts.get("offset")),
    )
    return datetime.combine(day, clock)


def _hour(hour: int, half: str | None) -> int:
    """Return the hour from 0 to 23, given whether it is before or after noon.

    Noon is 12 PM, and midnight 12 AM. Raises ValueError for 0 PM and 13 AM, which contradict
    themselves.
    """
    if half is None:
        return hour
    is_afternoon = half.startswith(_AFTERNOON)
    first, last = (1, 23) if is_afternoon else (0, _NOON)
    if not first <= hour <= last:
        raise ValueError("the hour contradicts the half of the day")
    return hour % _NOON + (_NOON if is_afternoon else 0)


def _offset(text: str | None) -> timezone | None:
    """Return the offset from UTC; None for an empty text. Raises ValueError if it is too large."""
    if not text:
        return None
    sign = -1 if "-" in text else 1
    digits = re.sub(r"[^\d:]", "", text) or "0"
    hours, _, minutes = digits.rpartition(":") if ":" in digits else (digits[:2], "", digits[2:])
    if int(minutes or 0) >= _MINUTES_OF_AN_HOUR:
        raise ValueError("an hour has 60 minutes")
    return timezone(sign * timedelta(hours=int(hours), minutes=int(minutes or 0)))
