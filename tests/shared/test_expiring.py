"""What is believed for a while is believed no longer, and not too much of it."""

import time_machine

from shared.expiring import Expiring

NOW = 1_790_000_000


@time_machine.travel(NOW, tick=False)
def test_a_value_is_kept_up_to_its_moment() -> None:
    known = Expiring[str, str](2)
    known.keep("a", "b", until=NOW + 30)
    with time_machine.travel(NOW + 29, tick=False):
        assert known.get("a") == "b"
    with time_machine.travel(NOW + 30, tick=False):
        assert known.get("a") is None


@time_machine.travel(NOW, tick=False)
def test_a_clock_that_was_set_back_makes_nothing_last_longer() -> None:
    known = Expiring[str, str](2)
    known.keep("a", "b", until=NOW + 30)
    with time_machine.travel(NOW - 1, tick=False):
        assert known.get("a") is None


@time_machine.travel(NOW, tick=False)
def test_the_oldest_makes_room() -> None:
    known = Expiring[int, int](2)
    for number in (1, 2, 1, 3):
        known.keep(number, number, until=NOW + 1)
    assert [known.get(number) for number in (1, 2, 3)] == [1, None, 3]
    known.forget(lambda value: value == 3)
    assert [known.get(number) for number in (1, 3)] == [1, None]
