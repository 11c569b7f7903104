"""The methods that each path accepts, for the answer to OPTIONS."""

import re
from collections.abc import Mapping
from typing import Any, Final

from shared.http.document import METHODS

_PARAMETER: Final = re.compile(r"\{[^}]*\}")


class AllowedMethods:
    """The allowed methods of every path that an OpenAPI document describes."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._paths = [
            (_pattern(path), {method.upper() for method in item if method in METHODS})
            for path, item in document["paths"].items()
        ]

    def methods(self, path: str) -> list[str]:
        """Return the methods of a path in alphabetical order; empty if the path is not documented.

        OPTIONS is allowed on every documented path, and HEAD on every path that accepts GET.
        """
        allowed: set[str] = set()
        for pattern, methods in self._paths:
            if pattern.fullmatch(path):
                allowed |= methods
        if "GET" in allowed:
            allowed.add("HEAD")
        return sorted(allowed | {"OPTIONS"}) if allowed else []


def _pattern(template: str) -> re.Pattern[str]:
    """Return a pattern that matches the paths of a template such as `/v1/customers/{id}`."""
    fixed = _PARAMETER.split(template)
    return re.compile("[^/]+".join(re.escape(part) for part in fixed))
