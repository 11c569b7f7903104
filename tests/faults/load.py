"""Steady load through the public API: some good clients at a time, each with a seed of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from threading import Event, Thread

from tests.faults.book import Book
from tests.faults.client import Client, Grounds
from tests.faults.door import Door
from tests.system.product import eventually

CLIENTS = 3
_PAUSE_SECONDS = 0.03


class Load:
    """Clients that write until they are told to end."""

    def __init__(self, url: str, book: Book, seed: str) -> None:
        self._url = url
        self._book = book
        self._seed = seed
        self._ending = Event()
        self.failures: list[str] = []

    @contextmanager
    def running(self, grounds: Grounds) -> Iterator["Load"]:
        """Write meanwhile; afterwards every write that was begun is acknowledged, or failed."""
        threads = [
            Thread(target=self._write, args=(grounds, number), name=f"client-{number}")
            for number in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._ending.set()
            for thread in threads:
                thread.join()

    def goes_on(self, writes: int) -> None:
        """Wait until so many more writes were acknowledged."""
        enough = self._book.writes + writes
        eventually(lambda: self._book.writes >= enough or bool(self.failures), seconds=180)

    def _write(self, grounds: Grounds, number: int) -> None:
        door = Door(self._url)
        client = Client(door, self._book, grounds, number, Random(f"{self._seed} {number}"))
        try:
            while not self._ending.wait(_PAUSE_SECONDS):
                client.act()
        except Exception as error:  # noqa: BLE001  whatever ended a client is a finding
            self.failures.append(f"client {number}: {type(error).__name__}: {error}")
        finally:
            door.close()
