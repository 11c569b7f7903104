"""Tests of ranges by times and days: which are empty, and how an empty one is refused."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import column

from shared.errors import Invalid
from shared.http.ranges import day_range, refuse_empty_ranges, time_range

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
DAY = date(2026, 1, 31)


@pytest.mark.parametrize(("seconds", "is_empty"), [(-1, True), (0, True), (1, False)])
def test_a_range_of_times_is_empty_unless_it_ends_after_its_start(
    seconds: int, *, is_empty: bool
) -> None:
    given = {"sent_from": NOON, "sent_before": NOON + timedelta(seconds=seconds)}
    assert time_range("sent", column("sent_at")).is_empty(given) is is_empty


@pytest.mark.parametrize(("days", "is_empty"), [(-1, True), (0, False), (1, False)])
def test_a_range_of_days_has_its_last_day(days: int, *, is_empty: bool) -> None:
    given = {"from": DAY, "to": DAY + timedelta(days=days)}
    assert day_range(column("sent_on")).is_empty(given) is is_empty


@pytest.mark.parametrize("given", [{}, {"from": DAY}, {"to": DAY}])
def test_a_range_without_both_ends_is_not_empty(given: dict[str, date]) -> None:
    assert day_range(column("sent_on")).is_empty(given) is False


def test_each_end_of_a_range_is_a_filter() -> None:
    sent, shown = time_range("sent", column("at")), day_range(column("day"))
    conditions = {
        name: str(condition(NOON))
        for a_range in (sent, shown)
        for name, condition in a_range.filters.items()
    }
    assert conditions == {
        "sent_from": "at >= :at_1",
        "sent_before": "at < :at_1",
        "from": "day >= :day_1",
        "to": "day <= :day_1",
    }
    assert (sent.includes_end, shown.includes_end) == (False, True)


def test_every_empty_range_is_a_fault_at_its_start_that_names_both_ends() -> None:
    ranges = [time_range(name, column(name)) for name in ("sent", "read", "kept")]
    empty = {"sent_from": NOON, "sent_before": NOON, "read_from": NOON, "read_before": NOON}
    with pytest.raises(Invalid) as refusal:
        refuse_empty_ranges(ranges, empty | {"kept_from": NOON})
    sent, read = refusal.value.faults
    assert (sent.pointer, read.pointer) == ("query:sent_from", "query:read_from")
    assert sent.code == "empty_range"
    assert sent.params == {"start": "sent_from", "end": "sent_before"}
    message = "This range is empty. Give an earlier `sent_from` or a later `sent_before`."
    assert sent.message == message


def test_ranges_that_are_not_empty_are_not_refused() -> None:
    refuse_empty_ranges([day_range(column("sent_on"))], {"from": DAY, "to": DAY})
