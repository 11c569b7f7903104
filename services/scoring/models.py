"""The base of the tables of scoring."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import DeclarativeBase

from shared.database import new_metadata

Row = Mapping[str, Any]
"""A row by the names of its columns."""


class Model(DeclarativeBase):
    """A table of the scoring service."""

    metadata = new_metadata()
