"""Questionnaire templates, which are the JSON files in `templates/`: a new file is a new one."""

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

    A name that is not listed is never made into a path.
    """
    if name not in template_names():
        return None
    document: dict[str, Any] = orjson.loads((_FOLDER / f"{name}.json").read_bytes())
    return document
