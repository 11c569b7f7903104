"""The quota of uploads: the bytes of files in an hour, and the number of files at once."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from services.gateway.proxy.problems import QuotaReached

HOUR = 3600.0
_RETRY_SECONDS = "5"


@dataclass(frozen=True, slots=True)
class Allowance:
    """The limits of a caller's uploads, and what is left of them.

    `resets_at` is the end of the caller's hour as Unix time, None before the first byte of an hour.
    """

    bytes_per_hour: int
    bytes_left: int
    resets_at: float | None
    files_at_once: int
    files_left: int

    def headers(self) -> dict[str, str]:
        """Return the headers RateLimit-Policy and RateLimit.

        Their form is that of the Internet-Draft draft-ietf-httpapi-ratelimit-headers-10: `q` is
        the quota, `qu` its unit, `w` the window in seconds, `r` what is left, `t` the seconds
        until the window ends.
        """
        window = "" if self.resets_at is None else f";t={_seconds_until(self.resets_at)}"
        return {
            "RateLimit-Policy": (
                f'"upload-bytes";q={self.bytes_per_hour};qu="content-bytes";w={HOUR:.0f}, '
                f'"uploads-at-once";q={self.files_at_once};qu="concurrent-requests"'
            ),
            "RateLimit": (
                f'"upload-bytes";r={self.bytes_left}{window}, "uploads-at-once";r={self.files_left}'
            ),
        }


class Quota:
    """Counts the uploads of callers in the memory of this process.

    A caller may send `bytes_per_hour` bytes, and `at_once` files at the same time; all callers
    together may send `total_at_once` files at the same time.
    """

    def __init__(self, bytes_per_hour: int, *, at_once: int, total_at_once: int) -> None:
        self._bytes_per_hour = bytes_per_hour
        self._at_once, self._total_at_once = at_once, total_at_once
        self._sending: Counter[str] = Counter()
        self._hours: dict[str, tuple[float, int]] = {}

    def allowance(self, subject: str, *, ending: int = 0) -> Allowance:
        """Return what a caller may send; `ending` of the running uploads count as ended."""
        began, used = self._current_hour(subject)
        own_left = self._at_once - self._sending[subject] + ending
        total_left = self._total_at_once - self._sending.total() + ending
        return Allowance(
            bytes_per_hour=self._bytes_per_hour,
            bytes_left=max(0, self._bytes_per_hour - used),
            resets_at=began + HOUR if used else None,
            files_at_once=self._at_once,
            files_left=max(0, min(own_left, total_left)),
        )

    def counter(self, subject: str) -> Callable[[int], None]:
        """Return a function that counts a caller's bytes; above the quota it raises an error."""

        def count(size: int) -> None:
            began, used = self._current_hour(subject)
            self._hours[subject] = began, used + size
            if used + size > self._bytes_per_hour:
                raise self._quota_reached(began)

        return count

    def check(self, subject: str, announced: int | None) -> None:
        """Raise QuotaReached if `announced`, the Content-Length of a file, exceeds the quota."""
        began, used = self._current_hour(subject)
        if used + (announced or 0) > self._bytes_per_hour:
            raise self._quota_reached(began)

    @contextmanager
    def sending(self, subject: str) -> Iterator[None]:
        """Count an upload while the `with` block runs; raises QuotaReached if too many run."""
        if self._sending[subject] >= self._at_once or self._sending.total() >= self._total_at_once:
            raise QuotaReached(
                detail=f"A key sends at most {self._at_once} files at once, and all keys "
                f"together {self._total_at_once}; wait until an upload has ended.",
                headers={"Retry-After": _RETRY_SECONDS},
            )
        self._sending[subject] += 1
        try:
            yield
        finally:
            self._sending[subject] -= 1

    def _current_hour(self, subject: str) -> tuple[float, int]:
        """Return when a caller's hour began (Unix time) and how many bytes they have sent in it."""
        now = time.time()
        began, used = self._hours.get(subject, (now, 0))
        return (began, used) if began <= now < began + HOUR else (now, 0)

    def _quota_reached(self, began: float) -> QuotaReached:
        """Return the problem whose Retry-After is the number of seconds until the next hour."""
        return QuotaReached(
            detail=f"A key sends at most {self._bytes_per_hour} bytes of files an hour; wait.",
            headers={"Retry-After": str(_seconds_until(began + HOUR))},
        )


def _seconds_until(moment: float) -> int:
    """Return the seconds until a Unix time, at least 1."""
    return max(1, round(moment - time.time()))
