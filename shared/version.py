"""The version of Patron, which `pyproject.toml` declares; images have this file too."""

import tomllib
from functools import cache
from pathlib import Path

_PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"


@cache
def version() -> str:
    """Return the version of this release, such as "0.1.0"."""
    declared: str = tomllib.loads(_PYPROJECT.read_text(encoding="utf-8"))["project"]["version"]
    return declared
