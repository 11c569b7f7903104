"""Query parameters that choose the point in time or the period of figures, and their currency."""

from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Query
from pydantic import TypeAdapter, ValidationError

from services.scoring.figures.as_of import service
from services.scoring.figures.as_of.domain import Period, PointInTime, end_of
from services.scoring.figures.as_of.problems import EITHER_OR
from shared import clock
from shared.errors import Fault, Invalid, InvalidValue
from shared.faults import DATE, OUT_OF_RANGE
from shared.http.dependencies import Settings
from shared.http.ranges import empty_range
from shared.http.schemas import Currency, Day, Moment
from shared.http.validation import fault_without_pointer
from shared.settings import ServiceSettings

_AsOf = Annotated[
    str | None,
    Query(
        max_length=40,
        description="A local date (截止日期), which includes that day, or a moment (RFC 3339). "
        "Without it, the response has the current figures.",
        examples=["2026-01-31"],
    ),
]
_KnownBy = Annotated[
    str | None,
    Query(
        max_length=40,
        description="Only facts that were on record by then (当时已知) are used: a moment, or a "
        "local date, which includes that day.",
        examples=["2026-01-31"],
    ),
]
_FirstDay = Annotated[
    Day | None,
    Query(
        alias="from",
        description="First local day of the period (起始日期). The ladder shows the moves since "
        "the end of that day.",
        examples=["2025-02-01"],
    ),
]
_LastDay = Annotated[
    Day | None,
    Query(
        alias="to",
        description="Last local day of the period (结束日期). Give this or `as_of`, not both.",
        examples=["2025-07-31"],
    ),
]
_Currency = Annotated[
    Currency | None,
    Query(
        description="ISO 4217 code of the currency of all amounts; without it, the company's. An "
        "amount in another currency is converted if the exchange rate (汇率) of its day is known; "
        "otherwise it is excluded."
    ),
]

_DAY_ADAPTER: TypeAdapter[date] = TypeAdapter(Day)
_MOMENT_ADAPTER: TypeAdapter[datetime] = TypeAdapter(Moment)


async def _point_in_time_from_query(
    settings: Settings,
    as_of: _AsOf = None,
    known_by: _KnownBy = None,
    currency: _Currency = None,
) -> PointInTime:
    """Parse `as_of`, `known_by` and `currency`; without `as_of` the point in time is now."""
    moment = None if known_by is None else _parse_known_by(known_by, settings.zone)
    return _parse_point_in_time(settings, "as_of", as_of, known_by=moment, currency=currency)


async def _period_from_query(
    settings: Settings,
    as_of: _AsOf = None,
    first_day: _FirstDay = None,
    last_day: _LastDay = None,
    currency: _Currency = None,
) -> Period:
    """Parse `from` (the first day), `to` (the last day) or `as_of`, and `currency`.

    Raises Invalid if both `to` and `as_of` are given, or if the first day is after the end of the
    period.
    """
    if as_of is not None and last_day is not None:
        raise Invalid(Fault("query:as_of", EITHER_OR))
    name, text = ("as_of", as_of) if last_day is None else ("to", last_day.isoformat())
    end = _parse_point_in_time(settings, name, text, currency=currency)
    if first_day is not None and first_day > end.cutoff.as_of:
        raise Invalid(empty_range("from", name))
    return Period(start=first_day, end=end)


async def _point_in_time_from_as_of(settings: Settings, as_of: _AsOf = None) -> PointInTime:
    """Parse `as_of`; without it the point in time is now."""
    return _parse_point_in_time(settings, "as_of", as_of)


AsOfQuery = Annotated[PointInTime, Depends(_point_in_time_from_query)]
"""The point in time chosen by the query parameters `as_of`, `known_by` and `currency`."""

PeriodQuery = Annotated[Period, Depends(_period_from_query)]
"""The period chosen by the query parameters `from`, `to` or `as_of`, and `currency`."""

DateQuery = Annotated[PointInTime, Depends(_point_in_time_from_as_of)]
"""The point in time chosen by the query parameter `as_of` alone."""


def _parse_point_in_time(
    settings: ServiceSettings,
    name: str,
    text: str | None,
    *,
    known_by: datetime | None = None,
    currency: str | None = None,
) -> PointInTime:
    """Parse the query parameter `name`, a date or a moment; if `text` is None, it is now."""
    day, until = service.today(settings), None
    if text is not None:
        day, until = _parse_day_or_moment(name, text, settings.zone)
    return service.point_in_time(settings, day, until=until, known_by=known_by, currency=currency)


def _parse_known_by(text: str, zone: ZoneInfo) -> datetime:
    """Parse the query parameter `known_by`: a moment, or a local date, which means its end."""
    day, moment = _parse_day_or_moment("known_by", text, zone)
    return moment or end_of(day, zone)


def _parse_day_or_moment(name: str, text: str, zone: ZoneInfo) -> tuple[date, datetime | None]:
    """Parse the query parameter `name`, a date or a moment, to its local day and the moment.

    The moment is None for a date. Raises `Invalid`, with a pointer to the parameter, for any other
    text, and for a day before FIRST_DAY or after LAST_DAY of shared/clock.py.
    """
    try:
        # Only a text of this length is parsed as a date: pydantic would also parse a moment as one.
        if len(text) == len("2026-01-31"):
            return _DAY_ADAPTER.validate_python(text), None
        moment = _MOMENT_ADAPTER.validate_python(text)
        return clock.checked_day(clock.local_day(moment, zone)), moment
    except ValidationError as error:
        raise Invalid(_fault(error).at(f"query:{name}")) from error
    except InvalidValue as error:
        raise Invalid(error.fault.at(f"query:{name}")) from error


def _fault(error: ValidationError) -> Fault:
    """Return the fault of a text that is neither a day nor a moment in the range of both."""
    fault = fault_without_pointer(error.errors()[0])
    return fault if fault.code == OUT_OF_RANGE.name else Fault("", DATE)
