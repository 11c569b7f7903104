"""A hook that compares every successful answer in the tests with the OpenAPI document."""

import re
from typing import Any

import httpx

_MAY_BE_ABSENT = {"Link", "Idempotent-Replayed"}


class Documented:
    """Checks that the status and the headers of an answer are documented."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._paths = [
            (re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path)), item)
            for path, item in sorted(document["paths"].items(), key=lambda one: "{" in one[0])
        ]

    def __call__(self, response: httpx.Response) -> None:
        """Fail if a successful answer differs from the document."""
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
