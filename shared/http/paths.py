"""The paths of an app: the methods that each accepts, and the template that a path belongs to.

A template is a path with parameters, such as `/v1/customers/{customer_id}`. Two templates can match
the same path; it belongs to the one that has fixed text where the other has a parameter.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import unquote

UNDOCUMENTED_PATHS: Final = "x-undocumented-paths"
"""The part of a service's OpenAPI document that has the methods of its paths that still work, but
that no new caller should use: older names of other paths."""


_ESCAPE_TO_LEAVE: Final = re.compile(r"%(?=2[fF]|25)")
"""The beginning of an escaped slash or percent sign."""


def path_to_match(raw_path: bytes) -> str:
    """Return a path as it is matched with templates: a slash in an id is still `%2F`.

    Percent signs in ids are still `%25`, so that `segment_text` returns each id as it was sent.
    """
    return unquote(_ESCAPE_TO_LEAVE.sub("%25", raw_path.decode("ascii")))


def segment_text(segment: str) -> str:
    """Return the text that a segment of `path_to_match` stands for."""
    return unquote(segment)


class Paths:
    """The templates of an app with the methods of each."""

    def __init__(self, methods_by_template: Mapping[str, Iterable[str]]) -> None:
        templates = sorted(methods_by_template)  # fixed text first: "{" follows letters and digits
        self._templates = [
            (re.compile(_pattern(template)), template, set(methods_by_template[template]))
            for template in templates
        ]
        self.ambiguous = {
            template
            for index, template in enumerate(templates)
            if any(_overlap(template, other) for other in templates[:index])
        }
        """The templates that also match paths which belong to another template."""

    def template(self, path: str) -> str | None:
        """Return the template that a path belongs to, or None if there is no such path."""
        return next(
            (template for pattern, template, _ in self._templates if pattern.fullmatch(path)), None
        )

    def methods(self, path: str) -> list[str]:
        """Return the methods of a path in alphabetical order; empty if there is no such path.

        OPTIONS is allowed on every path, and HEAD on every path that accepts GET.
        """
        for pattern, _, methods in self._templates:
            if pattern.fullmatch(path):
                return sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set()))
        return []


def _pattern(template: str) -> str:
    """Return the regular expression of the paths that a template matches."""
    segments = template.split("/")
    return "/".join("[^/]+" if one.startswith("{") else re.escape(one) for one in segments)


def _overlap(template: str, other: str) -> bool:
    """Return whether a path can match both templates."""
    steps, other_steps = template.split("/"), other.split("/")
    return len(steps) == len(other_steps) and all(
        one == another or "{" in one + another
        for one, another in zip(steps, other_steps, strict=True)
    )
