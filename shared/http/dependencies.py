"""What routes ask for: a transaction, a reader, a version to change."""

import re
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
from shared.http.async_reads import AsyncReads
from shared.http.identity import Identity
from shared.row_access import Reader as RowReader
from shared.row_access import Rows
from shared.settings import ServiceSettings


async def _database(request: Request) -> Database:
    found: Database = request.app.state.database
    return found


async def _hot(request: Request) -> AsyncReads:
    found: AsyncReads = request.app.state.async_reads
    return found


async def given_settings(request: Request) -> Any:
    """Give the settings of the service, whatever their class."""
    return request.app.state.settings


async def _identity(request: Request) -> Identity:
    found: Identity = request.scope["state"]["identity"]
    return found


async def _reader(request: Request) -> RowReader:
    caller = await _identity(request)
    return RowReader(caller.subject, caller.rows, caller.team)


def _transaction(request: Request) -> Iterator[Session]:
    database: Database = request.app.state.database
    with database.transaction() as session:
        yield session


def _reading(request: Request) -> Iterator[Session]:
    database: Database = request.app.state.database
    with database.reading() as session:
        yield session


Store = Annotated[Database, Depends(_database)]
AsyncReading = Annotated[AsyncReads, Depends(_hot)]
Settings = Annotated[ServiceSettings, Depends(given_settings)]
Caller = Annotated[Identity, Depends(_identity)]


async def _sees_all(caller: Caller) -> None:
    if caller.rows is not Rows.ALL:
        raise Forbidden(detail="This needs a key that sees all rows.")


SEES_ALL = Depends(_sees_all)
"""For routes of things that belong to nobody, or to anybody."""

Transaction = Annotated[Session, Depends(_transaction, scope="function")]
"""Committed before the answer leaves: a default-scope dependency would commit after it."""
Reading = Annotated[Session, Depends(_reading, scope="function")]
Reader = Annotated[RowReader, Depends(_reader)]


def refuse_repeated(request: Request, name: str) -> None:
    """Refuse a header that comes twice: each could be the one that was meant."""
    if len(request.headers.getlist(name)) > 1:
        raise BadRequest(Fault(f"header:{name}", "repeated", "Send it once."))


async def _each_part_once(request: Request) -> None:
    counted = Counter(name for name, _ in (await request.form()).multi_items())
    faults = [
        Fault(pointer_to(name[:100]), "repeated", "Send it once.")
        for name, count in counted.items()
        if count > 1
    ]
    if faults:
        raise Invalid(*faults[:10])


EACH_PART_ONCE = Depends(_each_part_once)
"""For routes that take a form: of two parts of one name the first would be dropped silently."""

_ETAG = re.compile(r'"(\d{1,18})"')


async def _expected_version(
    request: Request,
    if_match: Annotated[
        str | None, Header(description="The ETag that you last read.", examples=['"3"'])
    ] = None,
) -> int:
    refuse_repeated(request, "If-Match")
    if if_match is None:
        raise PreconditionRequired
    found = _ETAG.fullmatch(if_match.strip())
    if not found:
        raise BadRequest(Fault("header:If-Match", "etag", 'Send one ETag as you read it: "3".'))
    return int(found[1])


ExpectedVersion = Annotated[int, Depends(_expected_version)]
