"""Probes answer for themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import httpx

from shared.probes import Check, Probes
from tests.shared.backend import wait_until


@contextmanager
def operating(*, alive: Check, ready: Check) -> Iterator[str]:
    probes = Probes("127.0.0.1", 0, alive=alive, ready=ready)
    yield f"http://127.0.0.1:{probes.port}"
    probes.close()


def test_a_process_that_cannot_work_says_so() -> None:
    with operating(alive=lambda: True, ready=lambda: False) as url:
        assert httpx.get(f"{url}/livez").status_code == 200
        assert httpx.get(f"{url}/readyz").status_code == 503


def test_a_slow_database_does_not_make_a_process_look_dead() -> None:
    asked, answer = Event(), Event()

    def waiting() -> bool:
        asked.set()
        return answer.wait(20)

    with operating(alive=lambda: True, ready=waiting) as url:
        asking = Thread(target=httpx.get, args=(f"{url}/readyz",))
        asking.start()
        wait_until(asked.is_set)
        assert httpx.get(f"{url}/livez", timeout=5).status_code == 200
        answer.set()
        asking.join()
