"""How many bytes of files one caller may send in an hour."""

import time
from collections.abc import Callable

from services.gateway.proxy.problems import QuotaReached

HOUR = 3600.0


class Quota:
    """Counts a caller's bytes per hour, in the memory of this process."""

    def __init__(self, most: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._used: dict[str, tuple[float, int]] = {}

    def counter(self, subject: str) -> Callable[[int], None]:
        """Give the function that counts a caller's bytes, and raises QuotaReached."""

        def count(size: int) -> None:
            began, used = self._used.get(subject, (self._clock(), 0))
            if self._clock() - began >= HOUR:
                began, used = self._clock(), 0
            self._used[subject] = began, used + size
            if used + size > self._most:
                raise self._reached(began)

        return count

    def check(self, subject: str, announced: int | None) -> None:
        """Refuse a file whose announced length would pass the quota, before any of it is sent."""
        began, used = self._used.get(subject, (self._clock(), 0))
        if self._clock() - began < HOUR and used + (announced or 0) > self._most:
            raise self._reached(began)

    def _reached(self, began: float) -> QuotaReached:
        wait = max(1, round(began + HOUR - self._clock()))
        return QuotaReached(
            detail=f"A key sends at most {self._most} bytes of files an hour; wait.",
            headers={"Retry-After": str(wait)},
        )
