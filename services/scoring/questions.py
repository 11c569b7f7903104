"""What a question about figures can be narrowed by: a date, what was known, a currency."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Query

from services.scoring.fact.domain import Horizon
from services.scoring.score.domain import Question
from shared import clock
from shared.clock import FIRST_YEAR, LAST_YEAR
from shared.errors import Fault, Invalid
from shared.http.dependencies import Settings
from shared.http.schemas import Currency
from shared.settings import ServiceSettings

_AS_OF = (
    "A local date (截止日期), which includes that day, or a moment (RFC 3339). Without it: now."
)
_KNOWN_BY = (
    "Only what was on record by then (当时已知): a moment, or a local date, "
    "which includes that day."
)
_CURRENCY = (
    "ISO 4217 code. Without it: the company's. Amounts in others count where the exchange rate "
    "(汇率) of their very day is known."
)


async def _question(
    settings: Settings,
    as_of: Annotated[
        str | None, Query(max_length=40, description=_AS_OF, examples=["2026-01-31"])
    ] = None,
    known_by: Annotated[
        str | None, Query(max_length=40, description=_KNOWN_BY, examples=["2026-01-31"])
    ] = None,
    currency: Annotated[Currency | None, Query(description=_CURRENCY)] = None,
) -> Question:
    known = None if known_by is None else end_of("known_by", known_by, settings.zone)
    return question(as_of, settings, known_by=known, currency=currency)


Asked = Annotated[Question, Depends(_question)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A question about a date, or about the time from one to another, both included."""

    question: Question
    start: date | None


async def _span(
    settings: Settings,
    as_of: Annotated[
        str | None, Query(max_length=40, description=_AS_OF, examples=["2026-01-31"])
    ] = None,
    start: Annotated[
        date | None,
        Query(
            alias="from",
            description="First local day (起始日期); for the ladder: moves since the end of it.",
            examples=["2025-02-01"],
        ),
    ] = None,
    end: Annotated[
        str | None,
        Query(
            alias="to", max_length=40, description="Last local day (结束日期), instead of `as_of`."
        ),
    ] = None,
    currency: Annotated[Currency | None, Query(description=_CURRENCY)] = None,
) -> Span:
    if as_of is not None and end is not None:
        raise Invalid(Fault("query:as_of", "either_or", "Give `as_of` or `to`, not both."))
    name = "as_of" if end is None else "to"
    asked = question(end if as_of is None else as_of, settings, currency=currency, name=name)
    if start is not None and not date(FIRST_YEAR, 1, 1) <= start <= asked.horizon.as_of:
        message = "Give a day from 1900 on that is not after the last one."
        raise Invalid(Fault("query:from", "order", message))
    return Span(question=asked, start=start)


SpanAsked = Annotated[Span, Depends(_span)]


async def _date(
    settings: Settings,
    as_of: Annotated[
        str | None, Query(max_length=40, description=_AS_OF, examples=["2026-01-31"])
    ] = None,
) -> Question:
    return question(as_of, settings)


DateAsked = Annotated[Question, Depends(_date)]


def question(
    as_of: str | None,
    settings: ServiceSettings,
    *,
    known_by: datetime | None = None,
    currency: str | None = None,
    name: str = "as_of",
) -> Question:
    """Read a question; `name` is the parameter that holds the date."""
    now = clock.now()
    today = clock.local_day(now, settings.zone)
    day, moment = (today, None) if as_of is None else _day(name, as_of, settings.zone)
    about_now = day == today and moment is None and known_by is None
    return Question(
        horizon=Horizon(as_of=day, until=moment, known_by=known_by),
        currency=currency or settings.currency,
        moment=min(now, moment or end_of(name, day.isoformat(), settings.zone)),
        kept=about_now and currency in (None, settings.currency),
    )


def _day(name: str, text: str, zone: ZoneInfo) -> tuple[date, datetime | None]:
    """Read a local date, or a moment with the local date on which it falls."""
    try:
        moment = None if len(text) == len("2026-01-31") else datetime.fromisoformat(text)
        day = date.fromisoformat(text) if moment is None else clock.local_day(moment, zone)
    except (ValueError, OverflowError) as error:
        raise _unreadable(name) from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR or (moment and moment.tzinfo is None):
        raise _unreadable(name)
    return day, moment


def end_of(name: str, text: str, zone: ZoneInfo) -> datetime:
    """Read a moment; a local date stands for its last one."""
    day, moment = _day(name, text, zone)
    return moment or datetime(day.year, day.month, day.day, 23, 59, 59, 999_999, tzinfo=zone)


def _unreadable(name: str) -> Invalid:
    message = "Give a date such as 2026-01-31, or a moment such as 2026-01-31T09:30:00+08:00."
    return Invalid(Fault(f"query:{name}", "date", message))
