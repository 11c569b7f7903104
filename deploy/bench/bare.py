"""The baseline of the read benchmark: a server of FastAPI and asyncpg that returns one row."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import uvicorn
from fastapi import FastAPI

CONNECTIONS = 10


def create_app(database_url: str) -> FastAPI:
    """Return an app whose only route returns the whole row of one customer as JSON."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(database_url, max_size=CONNECTIONS) as pool:
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/customers/{customer_id}")
    async def read_customer(customer_id: UUID) -> dict[str, Any]:
        pool: asyncpg.Pool = app.state.pool
        row = await pool.fetchrow("SELECT * FROM registry.customers WHERE id = $1", customer_id)
        return dict(row or {})

    return app


if __name__ == "__main__":
    url, port = sys.argv[1:]
    uvicorn.run(create_app(url), port=int(port), log_config=None, access_log=False)
