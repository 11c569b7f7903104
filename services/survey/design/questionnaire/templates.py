"""Questionnaire templates: every JSON file in the folder `templates/` is a template."""

from functools import cache
from pathlib import Path
from typing import Any

import orjson

_FOLDER = Path(__file__).parent / "templates"


@cache
def template_names() -> tuple[str, ...]:
    """Return the names of the templates in alphabetical order."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.json")))


def load_template(name: str) -> dict[str, Any] | None:
    """Return the questionnaire document of a template; None if there is no template of this name.

    A path is built only from a listed name, so a caller cannot read any other file.
    """
    if name not in template_names():
        return None
    document: dict[str, Any] = orjson.loads((_FOLDER / f"{name}.json").read_bytes())
    return document
