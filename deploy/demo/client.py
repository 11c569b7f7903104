"""The public API as the demo uses it: one address, one key, answers as JSON."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self, TypeAlias

import httpx
import orjson

Json: TypeAlias = dict[str, Any]

_PAUSE_SECONDS = 0.2
_OVER = frozenset({"succeeded", "failed", "cancelled"})


class RefusedError(Exception):
    """The API did not do what the demo asked; the message says what and why."""


class Api:
    """A connection to the gateway; close it, or use it in a `with`."""

    def __init__(self, url: str, key: str) -> None:
        self._http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60
        )

    @property
    def url(self) -> str:
        return str(self._http.base_url).rstrip("/")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **parameters: str | int) -> Json:
        return _answer(self._http.get(path, params=parameters))

    def find(self, path: str, **parameters: str | int) -> Json | None:
        """Get what may not be there yet."""
        response = self._http.get(path, params=parameters)
        return None if response.status_code == httpx.codes.NOT_FOUND else _answer(response)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Json:
        return _answer(self._http.post(path, json=body if body is not None else {}))

    def pages(self, path: str, **parameters: str | int) -> Iterator[Json]:
        """Give all pages of a list."""
        page = self.get(path, **parameters)
        yield page
        while page["next"]:
            page = self.get(path, **parameters, cursor=page["next"])
            yield page

    def upload(self, path: str, file: Path, **fields: Any) -> str:
        """Send a file to import, with the other fields as JSON; return where its progress is."""
        with file.open("rb") as content:
            written = {name: _field(value) for name, value in fields.items()}
            sent = self._http.post(path, data=written, files={"file": (file.name, content)})
        _answer(sent)
        return str(sent.headers["Location"])

    def finish(self, path: str, tell: Callable[[Json], None]) -> Json:
        """Follow long work until it is over, telling each state; refuse any end but success."""
        while True:
            work = self.get(path)
            tell(work)
            if work["state"] in _OVER:
                break
            time.sleep(_PAUSE_SECONDS)
        if work["state"] != "succeeded" or work.get("rejected"):
            raise RefusedError(f"{path} ended as {work}")
        return work


def _field(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _answer(response: httpx.Response) -> Json:
    if response.is_error:
        request = response.request
        raise RefusedError(
            f"{request.method} {request.url.path} answered {response.status_code}: {response.text}"
        )
    answer: Json = response.json()
    return answer
