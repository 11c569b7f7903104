"""What a question about figures can be narrowed by: a date, what was known, a currency."""

from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Query
from pydantic import TypeAdapter

from services.scoring.figures.as_of import service
from services.scoring.figures.as_of.domain import Question, Span, end_of
from shared import clock
from shared.clock import FIRST_YEAR, LAST_YEAR
from shared.errors import Fault, Invalid
from shared.http.dependencies import Settings
from shared.http.schemas import Currency, Day, Moment
from shared.settings import ServiceSettings

_AsOf = Annotated[
    str | None,
    Query(
        max_length=40,
        description="A local date (截止日期), which includes that day, or a moment (RFC 3339). "
        "Without it: now.",
        examples=["2026-01-31"],
    ),
]
_KnownBy = Annotated[
    str | None,
    Query(
        max_length=40,
        description="Only what was on record by then (当时已知): a moment, or a local date, "
        "which includes that day.",
        examples=["2026-01-31"],
    ),
]
_Start = Annotated[
    Day | None,
    Query(
        alias="from",
        description="First local day (起始日期); for the ladder: moves since the end of it.",
        examples=["2025-02-01"],
    ),
]
_End = Annotated[
    Day | None,
    Query(
        alias="to",
        description="Last local day (结束日期), instead of `as_of`.",
        examples=["2025-07-31"],
    ),
]
_Currency = Annotated[
    Currency | None,
    Query(
        description="ISO 4217 code. Without it: the company's. Amounts in others count where the "
        "exchange rate (汇率) of their very day is known."
    ),
]


_DAYS: TypeAdapter[date] = TypeAdapter(Day)
_MOMENTS: TypeAdapter[datetime] = TypeAdapter(Moment)


async def _question(
    settings: Settings,
    as_of: _AsOf = None,
    known_by: _KnownBy = None,
    currency: _Currency = None,
) -> Question:
    known = None if known_by is None else _known("known_by", known_by, settings.zone)
    return _asked(settings, "as_of", as_of, known_by=known, currency=currency)


async def _span(
    settings: Settings,
    as_of: _AsOf = None,
    start: _Start = None,
    end: _End = None,
    currency: _Currency = None,
) -> Span:
    if as_of is not None and end is not None:
        raise Invalid(Fault("query:as_of", "either_or", "Give `as_of` or `to`, not both."))
    name, text = ("as_of", as_of) if end is None else ("to", end.isoformat())
    asked = _asked(settings, name, text, currency=currency)
    if start is not None and not date(FIRST_YEAR, 1, 1) <= start <= asked.horizon.as_of:
        message = "Give a day from 1900 on that is not after the last one."
        raise Invalid(Fault("query:from", "order", message))
    return Span(question=asked, start=start)


async def _date(settings: Settings, as_of: _AsOf = None) -> Question:
    return _asked(settings, "as_of", as_of)


Asked = Annotated[Question, Depends(_question)]
SpanAsked = Annotated[Span, Depends(_span)]
DateAsked = Annotated[Question, Depends(_date)]


def _asked(
    settings: ServiceSettings,
    name: str,
    text: str | None,
    *,
    known_by: datetime | None = None,
    currency: str | None = None,
) -> Question:
    """Read a question; `name` is the parameter that holds the date."""
    day, until = service.today(settings), None
    if text is not None:
        day, until = _day(name, text, settings.zone)
    return service.question(settings, day, until=until, known_by=known_by, currency=currency)


def _known(name: str, text: str, zone: ZoneInfo) -> datetime:
    """Read a moment; a local date stands for its last one."""
    day, moment = _day(name, text, zone)
    return moment or end_of(day, zone)


def _day(name: str, text: str, zone: ZoneInfo) -> tuple[date, datetime | None]:
    """Read a local date, or a moment with the local date on which it falls."""
    try:
        moment = None if len(text) == len("2026-01-31") else _MOMENTS.validate_python(text)
        day = _DAYS.validate_python(text) if moment is None else clock.local_day(moment, zone)
    except ValueError as error:
        raise _unreadable(name) from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _unreadable(name)
    return day, moment


def _unreadable(name: str) -> Invalid:
    message = "Give a date such as 2026-01-31, or a moment such as 2026-01-31T09:30:00+08:00."
    return Invalid(Fault(f"query:{name}", "date", message))
