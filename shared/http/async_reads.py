"""Reads of single rows without a thread per request, for the busiest routes.

A thread for each read would take a measurable part of the request's time (docs/decisions/0017).
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping, Select
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.concurrency import run_in_threadpool

from shared.database import Database


class AsyncReads:
    """Reads single rows on the event loop; SQLite has no asynchronous driver and uses a thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._engine: AsyncEngine | None = database.async_engine()

    async def row(self, statement: Select[Any], values: Mapping[str, Any]) -> RowMapping | None:
        """Return the first row of a statement, executed with these parameter values, or None.

        Only committed data is read.
        """
        if self._engine is None:
            return await run_in_threadpool(self._row_in_thread, statement, values)
        async with self._engine.connect() as connection:
            result = await connection.execute(statement, values)
            row: RowMapping | None = result.mappings().first()
            return row

    def _row_in_thread(
        self, statement: Select[Any], values: Mapping[str, Any]
    ) -> RowMapping | None:
        with self._database.connection() as connection:
            return connection.execute(statement, values).mappings().first()

    async def close(self) -> None:
        """Close the asynchronous connections."""
        if self._engine is not None:
            await self._engine.dispose()
