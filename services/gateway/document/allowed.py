"""Which methods a path takes, for the answer to OPTIONS."""

import re
from collections.abc import Mapping
from typing import Any, Final

from services.gateway.document.openapi import METHODS

_PARAMETER: Final = re.compile(r"\{[^}]*\}")


class Allowed:
    """The methods of every documented path."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._paths = [
            (_pattern(path), {method.upper() for method in item if method in METHODS})
            for path, item in document["paths"].items()
        ]

    def methods(self, path: str) -> list[str]:
        """Tell the methods of a path; none if no documented path matches."""
        found: set[str] = set()
        for pattern, methods in self._paths:
            if pattern.fullmatch(path):
                found |= methods
        if "GET" in found:
            found.add("HEAD")
        return sorted(found | {"OPTIONS"}) if found else []


def _pattern(template: str) -> re.Pattern[str]:
    fixed = _PARAMETER.split(template)
    return re.compile("[^/]+".join(re.escape(part) for part in fixed))
