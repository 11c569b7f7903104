"""Lists in pages: keyset paging with an opaque cursor over a stable total order."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

import orjson
from fastapi import Depends, Query, Request
from sqlalchemy import Select, tuple_
from sqlalchemy.orm import Session

from shared.errors import Fault, Invalid

LARGEST_PAGE = 200
DEFAULT_PAGE = 50


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is asked for; `after` is the sort key of the last row already seen."""

    limit: int
    after: list[Any] | None
    request: Request


async def _page_request(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Items a page.")] = DEFAULT_PAGE,
    cursor: Annotated[
        str | None, Query(max_length=500, description="`next` of the page before.")
    ] = None,
) -> PageRequest:
    return PageRequest(limit, None if cursor is None else decode(cursor), request)


Paging = Annotated[PageRequest, Depends(_page_request)]


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of one page and the key after which the next begins."""

    rows: Sequence[Any]
    next: str | None


def page(
    session: Session,
    statement: Select[Any],
    *,
    paging: PageRequest,
    order: Sequence[Any],
    key: Callable[[Any], Sequence[Any]],
    read: Callable[[Any], Any] = lambda value: value,
) -> Slice:
    """Give one page of `statement` in the order of the columns, all ascending or all descending.

    `order` must be total (end it with an id); `key` tells the values of these columns of a row;
    `read` turns the cursor's JSON values back into the columns' types.
    """
    if paging.after is not None:
        statement = statement.where(_beyond(order, paging.after, read))
    rows = session.execute(statement.order_by(*order).limit(paging.limit + 1)).scalars().all()
    if len(rows) <= paging.limit:
        return Slice(rows, None)
    return Slice(rows[:-1], encode(key(rows[-2])))


def _beyond(order: Sequence[Any], after: Sequence[Any], read: Callable[[Any], Any]) -> Any:
    falling = getattr(order[0], "modifier", None) is not None
    columns = [getattr(column, "element", column) if falling else column for column in order]
    try:
        values = read(after)
    except (TypeError, ValueError, LookupError) as error:
        raise _bad_cursor() from error
    if len(values) != len(columns):
        raise _bad_cursor()
    mine, theirs = tuple_(*columns), tuple_(*values)
    return mine < theirs if falling else mine > theirs


def encode(key: Sequence[Any]) -> str:
    """Write a sort key as a cursor."""
    return base64.urlsafe_b64encode(orjson.dumps(key, default=str)).decode().rstrip("=")


def decode(cursor: str) -> list[Any]:
    """Read a cursor back, or raise Invalid."""
    try:
        found = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise _bad_cursor() from error
    if not isinstance(found, list):
        raise _bad_cursor()
    return found


def _bad_cursor() -> Invalid:
    return Invalid(Fault("query:cursor", "cursor", "Use a cursor as it came in `next`."))


def link(paging: PageRequest, following: str | None) -> dict[str, str]:
    """Write the Link header (RFC 8288) of a page."""
    if following is None:
        return {}
    kept = [(k, v) for k, v in paging.request.query_params.multi_items() if k != "cursor"]
    query = urlencode([*kept, ("cursor", following)])
    return {"Link": f'<{paging.request.url.path}?{query}>; rel="next"'}
