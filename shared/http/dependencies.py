"""The dependencies that routes ask for by type: transaction, caller, settings, version, ..."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from sqlalchemy.orm import Session

from shared.database import Database
from shared.errors import (
    BadRequest,
    Fault,
    Forbidden,
    Invalid,
    PreconditionRequired,
    pointer_to,
)
from shared.faults import REPEATED
from shared.http.async_reads import AsyncReads
from shared.http.conditional import ANY_VERSION, VERSIONED_TAG, version_in
from shared.http.faults import ETAG
from shared.http.identity import Identity
from shared.row_access import Reader as RowReader
from shared.row_access import Rows
from shared.settings import ServiceSettings


async def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def _async_reads(request: Request) -> AsyncReads:
    """Return the object that runs SELECT statements without blocking the event loop."""
    async_reads: AsyncReads = request.app.state.async_reads
    return async_reads


async def service_settings(request: Request) -> Any:
    """Return the settings of the service, an instance of a subclass of ServiceSettings."""
    return request.app.state.settings


async def _identity(request: Request) -> Identity:
    """Return the identity of the caller, which authentication has stored in the request."""
    identity: Identity = request.scope["state"]["identity"]
    return identity


async def _reader(request: Request) -> RowReader:
    """Return the caller with the rows that the caller's key may see."""
    caller = await _identity(request)
    return RowReader(caller.subject, caller.rows, caller.team, caller.user)


def _transaction(request: Request) -> Iterator[Session]:
    """Yield a session whose transaction is committed at the end, unless an error is raised."""
    database: Database = request.app.state.database
    with database.transaction() as session:
        yield session


def _reading(request: Request) -> Iterator[Session]:
    """Yield a session that only reads."""
    database: Database = request.app.state.database
    with database.reading() as session:
        yield session


Store = Annotated[Database, Depends(_database)]
AsyncReading = Annotated[AsyncReads, Depends(_async_reads)]
Settings = Annotated[ServiceSettings, Depends(service_settings)]
Caller = Annotated[Identity, Depends(_identity)]


async def _refuse_unless_all_rows(caller: Caller) -> None:
    """Raise Forbidden if the caller's key sees only some rows."""
    if caller.rows is not Rows.ALL:
        raise Forbidden(detail="This needs a key that sees all rows.")


NEEDS_ALL_ROWS = Depends(_refuse_unless_all_rows)
"""Refuses with 403 a caller whose key sees only some rows, for data of no single customer."""

Transaction = Annotated[Session, Depends(_transaction, scope="function")]
"""A database transaction that is committed before the response is sent.

By default FastAPI ends a dependency after the response is sent: a caller could get 201 although the
commit fails afterwards. With `scope="function"` the dependency ends with the route function.
"""
Reading = Annotated[Session, Depends(_reading, scope="function")]
"""A database session that only reads."""
Reader = Annotated[RowReader, Depends(_reader)]
"""The caller as a reader of rows: repositories return only the rows that the reader may see."""


def refuse_repeated_header(request: Request, name: str) -> None:
    """Raise BadRequest if the request has this header more than once."""
    if len(request.headers.getlist(name)) > 1:
        raise BadRequest(Fault(f"header:{name}", REPEATED, "Send it once."))


async def _refuse_repeated_parts(request: Request) -> None:
    """Raise Invalid with the fields of a form that occur more than once."""
    counts = Counter(name for name, _ in (await request.form()).multi_items())
    faults = [
        Fault(pointer_to(name), REPEATED, "Send it once.")
        for name, count in counts.items()
        if count > 1
    ]
    if faults:
        raise Invalid(*faults)


NO_REPEATED_PARTS = Depends(_refuse_repeated_parts)
"""Refuses a form in which a field occurs twice; FastAPI would ignore the first value."""


async def _expected_version(
    request: Request,
    if_match: Annotated[
        str | None,
        Header(
            description="The ETag that you last read; `*` changes whatever version is stored.",
            examples=['"3"'],
            json_schema_extra={"pattern": f"^({VERSIONED_TAG}|\\*)$"},
        ),
    ] = None,
) -> int | None:
    """Return the version in the header If-Match, the ETag of the resource; None for `*`."""
    refuse_repeated_header(request, "If-Match")
    if if_match is None:
        raise PreconditionRequired
    if if_match.strip() == ANY_VERSION:
        return None
    version = version_in(if_match)
    if version is None:
        raise BadRequest(Fault("header:If-Match", ETAG))
    return version


ExpectedVersion = Annotated[int | None, Depends(_expected_version)]
"""The version in the header If-Match, None for `*`, which accepts any version of what exists.

A request without the header is answered with 428, one whose form is not `"3"` with 400.
"""
