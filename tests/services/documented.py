"""A check of each successful answer in the tests against the OpenAPI document of the service."""

import re
from typing import Any

import httpx

_MAY_BE_ABSENT = {"Link", "Idempotent-Replayed"}


class Documented:
    """A hook of httpx that checks that the status and the headers of an answer are documented."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._paths = [
            (re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path)), item)
            for path, item in sorted(document["paths"].items(), key=lambda pair: "{" in pair[0])
        ]

    def __call__(self, response: httpx.Response) -> None:
        """Fail if the status or the headers of a successful answer are not as documented."""
        if not response.is_success:
            return
        request = response.request
        methods = next(item for path, item in self._paths if path.fullmatch(request.url.path))
        described = methods[request.method.lower()]["responses"].get(str(response.status_code))
        assert described, f"{request.method} {request.url.path}: {response.status_code}"
        documented = set(described.get("headers", ()))
        sent = {name for name in ("ETag", "Location", "Link") if name in response.headers}
        assert sent <= documented <= sent | _MAY_BE_ABSENT, (
            f"{request.url.path}: {sent} {documented}"
        )
