"""The base class of the registry's tables."""

from sqlalchemy.orm import DeclarativeBase

from shared.database import new_metadata


class Model(DeclarativeBase):
    """A table of the registry."""

    metadata = new_metadata()
