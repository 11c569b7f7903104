"""Store files of any size in the database in pieces of 1 MiB, and read them back as streams."""

import hashlib
import io
from dataclasses import dataclass
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from shared.database import Database
from shared.errors import Fault, TooLarge
from shared.faults import TOO_LARGE
from shared.files.models import FilePiece

PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoredFile:
    """The size of a stored file in bytes, and the SHA-256 of its content in hexadecimal."""

    size: int
    sha256: str


def save_file(session: Session, *, file_id: UUID, stream: BinaryIO, limit: int) -> StoredFile:
    """Store a stream in the transaction of `session`; raise TooLarge beyond `limit` bytes."""
    hashed, size, ordinal = hashlib.sha256(), 0, 0
    while data := stream.read(PIECE_BYTES):
        size += len(data)
        if size > limit:
            raise TooLarge(
                Fault("/file", TOO_LARGE, "Give a file of at most {max} bytes.", max=limit)
            )
        hashed.update(data)
        row = {"file_id": file_id, "ordinal": ordinal, "data": data}
        session.execute(insert(FilePiece), [row])
        ordinal += 1
    return StoredFile(size, hashed.hexdigest())


def digest(stream: BinaryIO) -> str:
    """Return the SHA-256 of a stream in hexadecimal, and rewind the stream.

    The digest shows whether a repeated request with the same Idempotency-Key has the same file.
    """
    hashed = hashlib.sha256()
    while piece := stream.read(PIECE_BYTES):
        hashed.update(piece)
    stream.seek(0)
    return hashed.hexdigest()


def delete_file(session: Session, *, file_id: UUID) -> None:
    """Delete a stored file; do nothing if it does not exist."""
    session.execute(delete(FilePiece).where(FilePiece.file_id == file_id))


def open_file(database: Database, file_id: UUID) -> io.BufferedReader:
    """Open a stored file for reading; only a few pieces are in memory at a time."""
    return io.BufferedReader(_Pieces(database, file_id), PIECE_BYTES)


class _Pieces(io.RawIOBase):
    """A raw stream over the pieces of one file; each piece is read by its own query.

    `_ordinal` is the number of the next piece, from 0; `_unread` are bytes of the current piece.
    """

    def __init__(self, database: Database, file_id: UUID) -> None:
        self._database = database
        self._file_id = file_id
        self._ordinal = 0
        self._unread = memoryview(b"")

    def readable(self) -> bool:
        """Return True, as `io.BufferedReader` requires."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with the next bytes and return how many; 0 at the end of the file."""
        target = memoryview(buffer).cast("B")
        if not self._unread:
            self._unread = memoryview(self._next_piece())
        count = min(len(target), len(self._unread))
        target[:count] = self._unread[:count]
        self._unread = self._unread[count:]
        return count

    def _next_piece(self) -> bytes:
        """Return the next piece of the file; empty after the last one."""
        next_piece = select(FilePiece.data).where(
            FilePiece.file_id == self._file_id, FilePiece.ordinal == self._ordinal
        )
        with self._database.reading() as session:
            self._ordinal += 1
            return session.scalar(next_piece) or b""
