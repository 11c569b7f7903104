"""The HTTP client with which the demo uses the public API."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self, TypeAlias

import httpx
import orjson

Json: TypeAlias = dict[str, Any]

_PAUSE_SECONDS = 0.2
_END_STATES = frozenset({"succeeded", "failed", "cancelled"})


class RefusedError(Exception):
    """The API refused a request, or a job failed; the message contains the response."""


class Api:
    """A connection to the gateway, used in a `with` statement, which closes it."""

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
        """Return the JSON response to a GET; raise RefusedError for a 4xx or 5xx."""
        return _json_or_raise(self._http.get(path, params=parameters))

    def find(self, path: str, **parameters: str | int) -> Json | None:
        """Return the JSON response to a GET; None for a 404."""
        response = self._http.get(path, params=parameters)
        return None if response.status_code == httpx.codes.NOT_FOUND else _json_or_raise(response)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Json:
        """Return the JSON response to a POST; raise RefusedError for a 4xx or 5xx."""
        return _json_or_raise(self._http.post(path, json=body if body is not None else {}))

    def pages(self, path: str, **parameters: str | int) -> Iterator[Json]:
        """Yield every page of a list, from the first to the last."""
        page = self.get(path, **parameters)
        yield page
        while page["next"]:
            page = self.get(path, **parameters, cursor=page["next"])
            yield page

    def upload(self, path: str, file: Path, **fields: Any) -> str:
        """Upload a file for import, with form fields; return the path of the import job.

        Fields that are not text are sent as JSON.
        """
        with file.open("rb") as content:
            texts = {name: _form_field(value) for name, value in fields.items()}
            response = self._http.post(path, data=texts, files={"file": (file.name, content)})
        _json_or_raise(response)
        return str(response.headers["Location"])

    def wait_for_job(self, path: str, show: Callable[[Json], None]) -> Json:
        """Poll a job until it ends, call `show` with each state, and return the last state.

        Raises RefusedError unless the job succeeded without a rejected line.
        """
        while True:
            job = self.get(path)
            show(job)
            if job["state"] in _END_STATES:
                break
            time.sleep(_PAUSE_SECONDS)
        if job["state"] != "succeeded" or job.get("rejected"):
            raise RefusedError(f"{path} ended as {job}")
        return job


def _form_field(value: Any) -> str:
    """Return the value of a form field: text as it is, everything else as JSON."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _json_or_raise(response: httpx.Response) -> Json:
    """Return the JSON of a response; raise RefusedError for a 4xx or 5xx."""
    if response.is_error:
        request = response.request
        raise RefusedError(
            f"{request.method} {request.url.path} answered {response.status_code}: {response.text}"
        )
    answer: Json = response.json()
    return answer
