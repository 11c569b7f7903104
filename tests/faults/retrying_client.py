"""A client that repeats a request until it is answered, as every careful client should."""

import secrets
import time
from typing import Any

import httpx

from tests.system.product import AUTHORIZED

PATIENCE_SECONDS = 150
_TIMEOUT_SECONDS = 45  # longer than the gateway waits for a service
_RETRY_SECONDS = 0.1

_RETRIABLE_CODES = frozenset({"in_progress", "concurrent_change"})
"""Conflicts with a simultaneous request; the answer says that the request may be repeated."""


class NotAcknowledged(AssertionError):
    """A request was not answered in time, or with a status that a correct request must not get."""


class RetryingClient:
    """A client of the gateway that repeats requests; the last one needed `attempts` attempts."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, headers=AUTHORIZED, timeout=_TIMEOUT_SECONDS)
        self.attempts = 0

    def send(self, method: str, path: str, *, expected: set[int], **more: Any) -> httpx.Response:
        """Send a request until its answer has an expected status, or raise NotAcknowledged."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        self.attempts = 0
        problem = ""
        while time.monotonic() < deadline:
            self.attempts += 1
            try:
                answer = self._client.request(method, path, **more)
            except httpx.TransportError as error:
                problem = repr(error)
            else:
                if answer.status_code in expected:
                    return answer
                problem = f"{answer.status_code} {answer.text[:300]}"
                if not _is_retriable(answer):
                    break
            time.sleep(_RETRY_SECONDS)
        raise NotAcknowledged(f"{method} {path}: {problem}")

    def post(
        self, path: str, *, key: str = "", expected: set[int] | None = None, **more: Any
    ) -> httpx.Response:
        """Send a POST with an Idempotency-Key, by default a new one."""
        headers = {"Idempotency-Key": key or secrets.token_hex(16)}
        return self.send(
            "POST", path, expected=expected or {200, 201, 202}, headers=headers, **more
        )

    def get(self, path: str, **parameters: str) -> Any:
        """Return the JSON of a GET."""
        return self.send("GET", path, expected={200}, params=parameters).json()

    def get_all(self, path: str, **parameters: str) -> list[Any]:
        """Return the items of all pages of a list."""
        page = self.get(path, limit="200", **parameters)
        items = list(page["items"])
        while page["next"]:
            page = self.get(path, limit="200", cursor=page["next"], **parameters)
            items += page["items"]
        return items

    def close(self) -> None:
        self._client.close()


def _is_retriable(answer: httpx.Response) -> bool:
    """Return whether the same request may succeed later."""
    conflicts = answer.status_code == 409 and answer.json().get("code") in _RETRIABLE_CODES
    return conflicts or answer.status_code == 429 or answer.status_code >= 500
