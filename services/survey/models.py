"""The base class of the survey service's tables."""

from sqlalchemy.orm import DeclarativeBase

from shared.database import new_metadata


class Model(DeclarativeBase):
    """A table of the survey service."""

    metadata = new_metadata()
