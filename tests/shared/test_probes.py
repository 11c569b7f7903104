"""Tests of the HTTP probes of a process."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import httpx

from shared.probes import Check, Probes
from tests.shared.backend import wait_until


@contextmanager
def probes_server(*, alive: Check, ready: Check) -> Iterator[str]:
    """Run the server of the probes and yield its URL."""
    probes = Probes("127.0.0.1", 0, alive=alive, ready=ready)
    yield f"http://127.0.0.1:{probes.port}"
    probes.close()


def test_readyz_answers_503_while_the_process_cannot_work() -> None:
    """The process is still alive, so `/livez` answers 200."""
    with probes_server(alive=lambda: True, ready=lambda: False) as url:
        assert httpx.get(f"{url}/livez").status_code == 200
        assert httpx.get(f"{url}/readyz").status_code == 503


def test_livez_answers_while_readyz_waits_for_a_slow_database() -> None:
    requested, released = Event(), Event()

    def wait_for_release() -> bool:
        requested.set()
        return released.wait(20)

    with probes_server(alive=lambda: True, ready=wait_for_release) as url:
        request = Thread(target=httpx.get, args=(f"{url}/readyz",))
        request.start()
        wait_until(requested.is_set)
        assert httpx.get(f"{url}/livez", timeout=30).status_code == 200
        released.set()
        request.join()
