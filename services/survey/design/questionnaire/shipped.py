"""Ready questionnaires, shipped as files in `templates/`: a new file is a new template."""

from functools import cache
from pathlib import Path
from typing import Any

import orjson

_FOLDER = Path(__file__).parent / "templates"


@cache
def template_names() -> tuple[str, ...]:
    """Give the names of the templates, in order."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.json")))


def template(name: str) -> dict[str, Any] | None:
    """Give the document of a template, or None where there is none of this name."""
    if name not in template_names():
        return None
    document: dict[str, Any] = orjson.loads((_FOLDER / f"{name}.json").read_bytes())
    return document
