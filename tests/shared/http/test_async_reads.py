"""Tests of asynchronous reads of single rows."""

import asyncio
from typing import Any

from sqlalchemy import bindparam, select

from shared.clock import now
from shared.http.async_reads import AsyncReads
from shared.ids import new_id
from tests.shared.backend import Backend
from tests.shared.http.notes import Model, Note

FROM_TITLE: Any = select(Note.title, Note.id).where(Note.title >= bindparam("from_title"))
"""Selects the notes whose title is `from_title` or comes later in the alphabet."""


def write(backend: Backend, title: str) -> None:
    """Store a note with this title."""
    with backend.database.transaction() as session:
        session.add(Note(id=new_id(), title=title, written_at=now()))


def test_a_read_returns_the_first_row_including_the_last_commit(backend: Backend) -> None:
    Model.metadata.create_all(backend.database.engine)
    async_reads = AsyncReads(backend.database)

    async def first_title(from_title: str) -> str | None:
        values = {"from_title": from_title}
        row = await async_reads.row(FROM_TITLE.order_by(Note.title), values)
        return None if row is None else str(row["title"])

    async def read_between_writes() -> None:
        assert await first_title("a") is None
        write(backend, "c")
        assert await first_title("a") == "c"
        write(backend, "b")
        assert [await first_title(from_title) for from_title in ("a", "c", "d")] == ["b", "c", None]
        await async_reads.close()

    asyncio.run(read_between_writes())
