"""No client acts during a pause, and a pause waits for those that act."""

from threading import Thread

from tests.faults.pause import Pause
from tests.system.product import eventually


def test_a_pause_begins_after_the_actions_in_progress_and_delays_the_next_ones() -> None:
    pause, events = Pause(), list[str]()

    def pause_all() -> None:
        with pause.of_all_clients():
            events.append("pause")

    def act() -> None:
        with pause.action():
            events.append("second action")

    pausing, acting = Thread(target=pause_all), Thread(target=act)
    with pause.action():
        pausing.start()
        eventually(lambda: pause.is_requested)
        acting.start()
        events.append("first action")
    pausing.join(10)
    acting.join(10)
    assert events == ["first action", "pause", "second action"]
