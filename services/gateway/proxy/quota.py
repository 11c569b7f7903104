"""The quota of uploads: bytes of files per caller and hour, and files at once."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from services.gateway.proxy.problems import QuotaReached

HOUR = 3600.0
_RETRY_SECONDS = "5"


class Quota:
    """Counts the uploads of callers in the memory of this process.

    A caller may send `most` bytes in an hour and `at_once` files at the same time; all callers
    together send `of_all` files at the same time.
    """

    def __init__(self, most: int, *, at_once: int, of_all: int) -> None:
        self._most = most
        self._at_once, self._of_all = at_once, of_all
        self._sending: Counter[str] = Counter()
        self._used: dict[str, tuple[float, int]] = {}

    def counter(self, subject: str) -> Callable[[int], None]:
        """Return a function that adds to a caller's bytes; it raises QuotaReached at the limit."""

        def count(size: int) -> None:
            began, used = self._hour(subject)
            self._used[subject] = began, used + size
            if used + size > self._most:
                raise self._reached(began)

        return count

    def check(self, subject: str, announced: int | None) -> None:
        """Raise QuotaReached for a file whose Content-Length is above the rest of the quota."""
        began, used = self._hour(subject)
        if used + (announced or 0) > self._most:
            raise self._reached(began)

    @contextmanager
    def sending(self, subject: str) -> Iterator[None]:
        """Count an upload while the `with` block runs; QuotaReached if there are too many."""
        if self._sending[subject] >= self._at_once or self._sending.total() >= self._of_all:
            raise QuotaReached(
                detail=f"A key sends at most {self._at_once} files at once, all together "
                f"{self._of_all}; wait for one to end.",
                headers={"Retry-After": _RETRY_SECONDS},
            )
        self._sending[subject] += 1
        try:
            yield
        finally:
            self._sending[subject] -= 1

    def _hour(self, subject: str) -> tuple[float, int]:
        """Return when a caller's hour began (Unix time) and how many bytes they have sent in it."""
        now = time.time()
        began, used = self._used.get(subject, (now, 0))
        return (began, used) if began <= now < began + HOUR else (now, 0)

    def _reached(self, began: float) -> QuotaReached:
        wait = max(1, round(began + HOUR - time.time()))
        return QuotaReached(
            detail=f"A key sends at most {self._most} bytes of files an hour; wait.",
            headers={"Retry-After": str(wait)},
        )
