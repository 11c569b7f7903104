"""The base class of the tables of scoring."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import DeclarativeBase

from shared.database import new_metadata

Row = Mapping[str, Any]
"""A row: values by column name."""


class Model(DeclarativeBase):
    """A table of the scoring service."""

    metadata = new_metadata()
