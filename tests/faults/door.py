"""The public door as a good client uses it: again, with the same key, until it is answered."""

import secrets
import time
from typing import Any

import httpx

from tests.system.product import AUTHORIZED

PATIENCE_SECONDS = 150
_LONGER_THAN_THE_GATEWAY_WAITS = 45
_AGAIN_SECONDS = 0.1

_AGAIN_CODES = frozenset({"in_progress", "concurrent_change"})
"""Conflicts with another request of this moment: the answers say to send it again."""


class NotAcknowledged(AssertionError):
    """A write was not answered in time, or answered as no good client deserves."""


class Door:
    """One client's way to the product."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(
            base_url=url, headers=AUTHORIZED, timeout=_LONGER_THAN_THE_GATEWAY_WAITS
        )
        self.tries = 0

    def send(self, method: str, path: str, *, expected: set[int], **more: Any) -> httpx.Response:
        """Send until it is answered; `tries` tells afterwards how often it had to be sent."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        self.tries = 0
        seen = ""
        while time.monotonic() < deadline:
            self.tries += 1
            try:
                answer = self._client.request(method, path, **more)
            except httpx.TransportError as error:
                seen = repr(error)
            else:
                if answer.status_code in expected:
                    return answer
                seen = f"{answer.status_code} {answer.text[:300]}"
                if not _passing(answer):
                    break
            time.sleep(_AGAIN_SECONDS)
        raise NotAcknowledged(f"{method} {path}: {seen}")

    def post(
        self, path: str, *, key: str = "", expected: set[int] | None = None, **more: Any
    ) -> httpx.Response:
        headers = {"Idempotency-Key": key or secrets.token_hex(16)}
        return self.send(
            "POST", path, expected=expected or {200, 201, 202}, headers=headers, **more
        )

    def get(self, path: str, **parameters: str) -> Any:
        return self.send("GET", path, expected={200}, params=parameters).json()

    def every(self, path: str, **parameters: str) -> list[Any]:
        """Give the items of all pages of a list."""
        page = self.get(path, limit="200", **parameters)
        items = list(page["items"])
        while page["next"]:
            page = self.get(path, limit="200", cursor=page["next"], **parameters)
            items += page["items"]
        return items

    def close(self) -> None:
        self._client.close()


def _passing(answer: httpx.Response) -> bool:
    """Tell whether an answer says that the same request may succeed later."""
    raced = answer.status_code == 409 and answer.json().get("code") in _AGAIN_CODES
    return raced or answer.status_code == 429 or answer.status_code >= 500
