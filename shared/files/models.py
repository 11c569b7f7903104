"""The table of uploaded files, which the api writes and the worker reads: they share no disk."""

from uuid import UUID

from sqlalchemy import LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from shared.models import SharedModel


class FilePiece(SharedModel):
    """A piece of an uploaded file; `ordinal` counts the pieces of a file from 0."""

    __tablename__ = "file_pieces"

    file_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
