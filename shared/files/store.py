"""Keep a file in pieces of 1 MiB and read it back as a stream, whatever its size."""

import hashlib
import io
from dataclasses import dataclass
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from shared.database import Database
from shared.errors import Fault, TooLarge
from shared.files.models import FilePiece

PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """What was kept."""

    size: int
    sha256: str


def keep(session: Session, *, file_id: UUID, stream: BinaryIO, limit: int) -> Stored:
    """Store a stream in this transaction; TooLarge beyond `limit` bytes."""
    hashed, size, ordinal = hashlib.sha256(), 0, 0
    while data := stream.read(PIECE):
        size += len(data)
        if size > limit:
            raise TooLarge(Fault("/file", "too_large", f"Give a file of at most {limit} bytes."))
        hashed.update(data)
        row = {"file_id": file_id, "ordinal": ordinal, "data": data}
        session.execute(insert(FilePiece), [row])
        ordinal += 1
    return Stored(size, hashed.hexdigest())


def digest(stream: BinaryIO) -> str:
    """Digest a file and rewind it: a retry with the same key has to bring the same one."""
    found = hashlib.sha256()
    while piece := stream.read(PIECE):
        found.update(piece)
    stream.seek(0)
    return found.hexdigest()


def forget(session: Session, *, file_id: UUID) -> None:
    """Delete a file."""
    session.execute(delete(FilePiece).where(FilePiece.file_id == file_id))


def open_file(database: Database, file_id: UUID) -> io.BufferedReader:
    """Open a stored file for reading; only a few pieces are in memory at a time."""
    return io.BufferedReader(_Pieces(database, file_id), PIECE)


class _Pieces(io.RawIOBase):
    def __init__(self, database: Database, file_id: UUID) -> None:
        self._database = database
        self._file_id = file_id
        self._ordinal = 0
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        target = memoryview(buffer).cast("B")
        if not self._rest:
            self._rest = memoryview(self._piece())
        count = min(len(target), len(self._rest))
        target[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def _piece(self) -> bytes:
        wanted = select(FilePiece.data).where(
            FilePiece.file_id == self._file_id, FilePiece.ordinal == self._ordinal
        )
        with self._database.reading() as session:
            self._ordinal += 1
            return session.scalar(wanted) or b""
