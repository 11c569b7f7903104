"""Tests of the cache whose values expire."""

import time_machine

from shared.expiring import ExpiringCache

NOW = 1_790_000_000
"""The time of these tests, in seconds since the epoch."""


@time_machine.travel(NOW, tick=False)
def test_a_cached_value_is_returned_until_it_expires() -> None:
    cache = ExpiringCache[str, str](2)
    cache.set("a", "b", until=NOW + 30)
    with time_machine.travel(NOW + 29, tick=False):
        assert cache.get("a") == "b"
    with time_machine.travel(NOW + 30, tick=False):
        assert cache.get("a") is None


@time_machine.travel(NOW, tick=False)
def test_a_system_clock_that_is_set_back_does_not_prolong_a_cached_value() -> None:
    cache = ExpiringCache[str, str](2)
    cache.set("a", "b", until=NOW + 30)
    with time_machine.travel(NOW - 1, tick=False):
        assert cache.get("a") is None


@time_machine.travel(NOW, tick=False)
def test_a_full_cache_drops_the_value_that_was_set_first() -> None:
    cache = ExpiringCache[int, int](2)
    for number in (1, 2, 1, 3):
        cache.set(number, number, until=NOW + 1)
    assert [cache.get(number) for number in (1, 2, 3)] == [1, None, 3]


@time_machine.travel(NOW, tick=False)
def test_values_that_match_a_condition_are_removed() -> None:
    cache = ExpiringCache[int, int](2)
    for number in (1, 3):
        cache.set(number, number, until=NOW + 1)
    cache.remove_where(lambda value: value == 3)
    assert [cache.get(number) for number in (1, 3)] == [1, None]
