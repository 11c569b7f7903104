"""Steady writes through the public API by three simulated clients, each with its own seed."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from threading import Event, Thread

from tests.faults.acknowledged import AcknowledgedWrites
from tests.faults.pause import Pause
from tests.faults.retrying_client import RetryingClient
from tests.faults.simulated_client import RoundData, SimulatedClient
from tests.system.product import eventually

CLIENTS = 3
_PAUSE_SECONDS = 0.03


class Load:
    """Clients that write until they are stopped."""

    def __init__(self, url: str, acknowledged: AcknowledgedWrites, seed: str, pause: Pause) -> None:
        self._url = url
        self._pause = pause
        self._acknowledged = acknowledged
        self._seed = seed
        self._stopping = Event()
        self.failures: list[str] = []

    @contextmanager
    def running(self, round_data: RoundData) -> Iterator["Load"]:
        """Let clients write inside the `with` block; after it every write has been answered."""
        threads = [
            Thread(target=self._write, args=(round_data, number), name=f"client-{number}")
            for number in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stopping.set()
            for thread in threads:
                thread.join()

    def wait_for(self, writes: int) -> None:
        """Wait until this many more writes are acknowledged, or until a client has failed."""
        enough = self._acknowledged.count + writes
        eventually(lambda: self._acknowledged.count >= enough or bool(self.failures), seconds=180)

    def _write(self, round_data: RoundData, number: int) -> None:
        """Let simulated client `number` write until the load is stopped; remember its failure."""
        api = RetryingClient(self._url)
        client = SimulatedClient(
            api, self._acknowledged, round_data, number, Random(f"{self._seed} {number}")
        )
        try:
            while not self._stopping.wait(_PAUSE_SECONDS):
                with self._pause.action():
                    client.act()
        except Exception as error:  # noqa: BLE001  any error that ends a client is a violation
            self.failures.append(f"client {number}: {type(error).__name__}: {error}")
        finally:
            api.close()
