"""Every successful answer that a test sees is checked against the service's OpenAPI document."""

import re
from typing import Any

import httpx

_MAY_BE_ABSENT = {"Link", "Idempotent-Replayed"}


class Documented:
    """Looks at each answer: its status is documented, and so are the headers that it has."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._paths = [
            (re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path)), item)
            for path, item in sorted(document["paths"].items(), key=lambda one: "{" in one[0])
        ]

    def __call__(self, response: httpx.Response) -> None:
        """Fail where a successful answer is not as the document says."""
        if not response.is_success:
            return
        request = response.request
        found = next(item for path, item in self._paths if path.fullmatch(request.url.path))
        described = found[request.method.lower()]["responses"].get(str(response.status_code))
        assert described, f"{request.method} {request.url.path}: {response.status_code}"
        promised = set(described.get("headers", ()))
        sent = {name for name in ("ETag", "Location", "Link") if name in response.headers}
        assert sent <= promised <= sent | _MAY_BE_ABSENT, f"{request.url.path}: {sent} {promised}"
