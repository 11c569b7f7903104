"""How many bytes of files one caller may send in an hour, and how many files at once."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from services.gateway.proxy.problems import QuotaReached

HOUR = 3600.0
_SOON = "5"


class Quota:
    """Counts what callers send, in the memory of this process."""

    def __init__(self, most: int, *, at_once: int, of_all: int) -> None:
        self._most = most
        self._at_once, self._of_all = at_once, of_all
        self._sending: Counter[str] = Counter()
        self._used: dict[str, tuple[float, int]] = {}

    def counter(self, subject: str) -> Callable[[int], None]:
        """Give the function that counts a caller's bytes, and raises QuotaReached."""

        def count(size: int) -> None:
            began, used = self._hour(subject)
            self._used[subject] = began, used + size
            if used + size > self._most:
                raise self._reached(began)

        return count

    def check(self, subject: str, announced: int | None) -> None:
        """Refuse a file whose announced length would pass the quota, before any of it is sent."""
        began, used = self._hour(subject)
        if used + (announced or 0) > self._most:
            raise self._reached(began)

    @contextmanager
    def sending(self, subject: str) -> Iterator[None]:
        """Take one of the places for files, which hold a connection to a service each."""
        if self._sending[subject] >= self._at_once or self._sending.total() >= self._of_all:
            raise QuotaReached(
                detail=f"A key sends at most {self._at_once} files at once, all together "
                f"{self._of_all}; wait for one to end.",
                headers={"Retry-After": _SOON},
            )
        self._sending[subject] += 1
        try:
            yield
        finally:
            self._sending[subject] -= 1

    def _hour(self, subject: str) -> tuple[float, int]:
        """Tell when a caller's hour began and what they have sent in it."""
        now = time.time()
        began, used = self._used.get(subject, (now, 0))
        return (began, used) if began <= now < began + HOUR else (now, 0)

    def _reached(self, began: float) -> QuotaReached:
        wait = max(1, round(began + HOUR - time.time()))
        return QuotaReached(
            detail=f"A key sends at most {self._most} bytes of files an hour; wait.",
            headers={"Retry-After": str(wait)},
        )
