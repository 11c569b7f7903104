"""Parsing the days and times of cells: every accepted form, and the reasons of refused ones."""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidValue
from shared.imports.times import DateFormat, TimeFormat, parse_day, parse_moment

SHANGHAI = TimeFormat(ZoneInfo("Asia/Shanghai"))
DAY_FIRST = TimeFormat(ZoneInfo("Asia/Shanghai"), DateFormat.DAY_FIRST)
MONTH_FIRST = TimeFormat(ZoneInfo("Asia/Shanghai"), DateFormat.MONTH_FIRST)
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


def forms_of_day(day: date) -> list[str]:
    """Return a text of each accepted form that means this day."""
    year, month, number = f"{day.year:04}", day.month, day.day
    name, weekday = MONTHS[month - 1], WEEKDAYS[day.weekday()]
    sign = "一二三四五六日"[day.weekday()]
    return [
        day.isoformat(),
        *(f"{year}{mark}{month}{mark}{number}" for mark in "-/."),
        f"{year}. {month}. {number}.",
        f"{year}年{month}月{number}日",
        f"{year} 年 {month:02} 月 {number:02} 号",
        f"{year}년 {month}월 {number}일",
        f"{year}/{month}/{number} 星期{sign}",
        f"{year}年{month}月{number}日 (周{sign})",
        f"{year}{month:02}{number:02}",
        f"{number} {name} {year}",
        f"{number:02}-{name[:3]}-{year}",
        f"{number}/{name[:3].upper()}/{year}",
        f"{number}{name[:3]}{year}",
        f"{weekday[:3]}, {number} {name[:3]} {year}",
        f"{name} {number}, {year}",
        f"{name[:3].lower()}. {number} {year}",
        f"{weekday}, {name} {number}, {year}",
        f"{year}-{name[:3]}-{number}",
    ]


def forms_of_time(moment: datetime) -> list[str]:
    """Return a text of each accepted form that means this minute of a day."""
    hour, minute = moment.hour, moment.minute
    half, chinese = ("AM", "上午") if hour < 12 else ("PM", "下午")
    short = hour % 12 or 12
    return [
        f" {hour:02}:{minute:02}",
        f" {hour}:{minute:02}:00",
        f"T{hour:02}:{minute:02}:00.000",
        f"t{hour:02}:{minute:02}:00,0",
        f", {short}:{minute:02} {half}",
        f" {short}:{minute:02}:00{half.lower()}",
        f" {short}:{minute:02} {half[0]}.M.",
        f" {short}:{minute:02}\u202f{half}",
        f" {chinese} {short}:{minute:02}",
        f"{chinese}{short}:{minute:02}",
        f" {short:02}:{minute:02}:00 {chinese}",
        f" {hour}时{minute}分",
        f" {chinese}{short}点{minute:02}分0秒",
    ]


def forms_of_offset(hours: int) -> list[str]:
    """Return a text of each accepted form that means this offset of whole hours from UTC."""
    sign, size = "-" if hours < 0 else "+", abs(hours)
    forms = [f"{sign}{size:02}:00", f" {sign}{size:02}00", f"{sign}{size}:00"]
    forms += [f" {sign}{size:02}", f" UTC{sign}{size}", f" GMT{sign}{size:02}00"]
    if hours == 0:
        forms += ["Z", "z", " UTC", " gmt", "Z[UTC]", "z[Etc/UTC]"]
    return forms


DAYS = st.dates(date(1900, 1, 3), date(9998, 12, 29))
MINUTES = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


@given(day=DAYS, is_wide=st.booleans())
def test_every_form_of_a_day_means_the_same_day(day: date, *, is_wide: bool) -> None:
    for form in forms_of_day(day):
        text = form.translate(FULL_WIDTH) if is_wide else form
        assert parse_day(text, SHANGHAI) == day, text


@given(DAYS, MINUTES, st.integers(-12, 14), st.data())
def test_every_form_of_a_time_means_the_same_moment(
    day: date, clock: time, hours: int, data: st.DataObject
) -> None:
    local = datetime.combine(day, clock)
    start = data.draw(st.sampled_from(forms_of_day(day)))
    for form in forms_of_time(local):
        offset = data.draw(st.sampled_from(forms_of_offset(hours)))
        expected = local.replace(tzinfo=timezone(timedelta(hours=hours)))
        text = f"{start}{form}{offset}"
        assert parse_moment(text, SHANGHAI) == expected, text
        assert parse_moment(text.translate(FULL_WIDTH), SHANGHAI) == expected, text
        in_zone = local.replace(tzinfo=SHANGHAI.zone)
        assert parse_moment(f"{start}{form}", SHANGHAI) == in_zone, f"{start}{form}"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("20260220101530", datetime(2026, 2, 20, 2, 15, 30, tzinfo=UTC)),
        ("202602201015", datetime(2026, 2, 20, 2, 15, tzinfo=UTC)),
        ("20260220T101530Z", datetime(2026, 2, 20, 10, 15, 30, tzinfo=UTC)),
        ("20260220 101530.25+0100", datetime(2026, 2, 20, 9, 15, 30, 250_000, tzinfo=UTC)),
        ("2026-02-20 10:15:30.1234567+05:45", datetime(2026, 2, 20, 4, 30, 30, 123_456, UTC)),
        ("2026-02-20 9 pm", datetime(2026, 2, 20, 13, tzinfo=UTC)),
        ("2026-02-20 21:00 PM", datetime(2026, 2, 20, 13, tzinfo=UTC)),
        ("2026-02-20 0:10 AM", datetime(2026, 2, 19, 16, 10, tzinfo=UTC)),
        ("  2026-02-20   10:00  ", datetime(2026, 2, 20, 2, tzinfo=UTC)),
        ("2026-02-20 10:00 \u221205:00", datetime(2026, 2, 20, 15, tzinfo=UTC)),
    ],
)
def test_compact_times_fractions_and_other_exact_forms_are_read(
    text: str, moment: datetime
) -> None:
    assert parse_moment(text, SHANGHAI) == moment
    assert parse_moment(text, SHANGHAI).tzinfo is UTC


@pytest.mark.parametrize("text", ["05/03/2026", "5-3-2026", "05.03.2026 9:30", "5/3/2026, 9:30 AM"])
def test_a_date_without_the_year_first_is_read_only_in_the_order_that_the_options_name(
    text: str,
) -> None:
    assert parse_day(text, DAY_FIRST) == date(2026, 3, 5)
    assert parse_day(text, MONTH_FIRST) == date(2026, 5, 3)
    assert reason(text, SHANGHAI) == ("ambiguous_date", "options.date_format")


@given(DAYS, st.sampled_from([DAY_FIRST, MONTH_FIRST]))
def test_the_order_of_day_and_month_does_not_change_unambiguous_dates(
    day: date, times: TimeFormat
) -> None:
    assert {parse_day(form, times) for form in forms_of_day(day)} == {day}


@pytest.mark.parametrize(("text", "times"), [("31/01/2026", MONTH_FIRST), ("1/31/2026", DAY_FIRST)])
def test_a_day_that_exists_only_in_the_other_order_is_refused(text: str, times: TimeFormat) -> None:
    with pytest.raises(InvalidValue, match=r"^There is no such day or time\.$"):
        parse_day(text, times)


def reason(text: str, times: TimeFormat) -> tuple[str, str]:
    """Return the code with which a day is refused, and what its message names."""
    with pytest.raises(InvalidValue) as error:
        parse_day(text, times)
    named = [part for part in ("options.date_format", "four digits", "dates") if part in str(error)]
    return error.value.fault.code, "".join(named[:1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, ("serial_date", "dates")) for text in ("46073", "46073.395", "46073,5", "46073.")),
        *((text, ("short_year", "four digits")) for text in ("26-2-20", "20/02/26", "2.20.26")),
        *(
            (text, ("short_year", "four digits"))
            for text in ("20 Feb 26", "Feb 20, 26", "20-FEB-26")
        ),
        *((text, ("short_year", "four digits")) for text in ("26年2月20日", "20/2/26 10:00")),
        *((text, ("date", "")) for text in ("2026-02", "Feb 2026", "2026", "460730", "1771552800")),
        *(
            (text, ("date", ""))
            for text in ("2026/2.20", "2026-02-2010:00", "soon", "民国115年2月20日")
        ),
        *(
            (text, ("date", ""))
            for text in ("2026-02-20 10", "2026-02-20 10:5", "2026-02-20 10:00 CST")
        ),
        ("2026-02-20 " + "1" * 200, ("date", "")),
        ("2026-02-20 ٩:05", ("date", "")),
    ],
)
def test_other_texts_are_refused_with_their_reason(text: str, expected: tuple[str, str]) -> None:
    assert reason(text, SHANGHAI) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("2026-13-01", "0000-01-01", "2026/2/30", "2026.2.30 9:05", "2026/02/28 25:00"),
        *("2026-02-30 10:00", "2026-02-30T10:00:00.5+08:00", "2026-02-28 23:59:60Z"),
        *("2026-02-28 24:00:00", "2026-02-28 10:60", "2026-02-28 0:30 PM", "2026-02-28 13:00 AM"),
        *("2026-02-28 24:00 PM", "2026-02-28 10:00+24:00", "2026-02-28 10:00+08:60", "20260230"),
        *("Friday, February 28, 2026", "2026年2月28日 星期五", "30 Feb 2026"),
    ],
)
def test_a_time_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^There is no such day or time\.$"):
        parse_moment(text, SHANGHAI)


@pytest.mark.parametrize(
    "text",
    [
        *("1899-12-31", "0001-01-01", "9999-12-31", "1899/12/31 23:59", "1900-01-01"),
        *("1900-01-01T00:00:00+14:00", "9998-12-31T23:59:59-23:59", "9999-12-31T23:59:59-14:00"),
    ],
)
def test_a_time_before_1900_or_after_9998_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Give a value from 1900-01-01 to 9998-12-31\.$"):
        parse_moment(text, SHANGHAI)


@given(st.text() | st.from_regex(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}.*"))
def test_parsing_any_text_as_a_time_returns_a_time_or_raises_value_error(text: str) -> None:
    with suppress(ValueError):
        assert parse_moment(text, SHANGHAI).tzinfo is UTC
