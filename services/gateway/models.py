"""The base of the gateway's tables."""

from sqlalchemy.orm import DeclarativeBase

from shared.database import new_metadata


class Model(DeclarativeBase):
    """A table of the gateway."""

    metadata = new_metadata()
