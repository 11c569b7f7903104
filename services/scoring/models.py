"""The base class of the tables of scoring."""

from sqlalchemy.orm import DeclarativeBase

from shared.database import new_metadata


class Model(DeclarativeBase):
    """A table of the scoring service."""

    metadata = new_metadata()
