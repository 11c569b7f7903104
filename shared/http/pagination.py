"""Lists in pages: keyset paging with an opaque cursor over a stable total order."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from operator import getitem
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import orjson
from fastapi import Depends, Query, Request
from pydantic import BaseModel
from sqlalchemy import Select, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine
from starlette.responses import Response

from shared.errors import Fault, Invalid
from shared.http.answers import answer
from shared.http.schemas import Page

Body = TypeVar("Body", bound=BaseModel)

LARGEST_PAGE = 200
DEFAULT_PAGE = 50

_READERS: dict[type, Callable[[str], Any]] = {
    UUID: UUID,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    Decimal: Decimal,
}
_NUMBERS = (int, float, Decimal)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is asked for; `sort` is empty where a list has one order only."""

    limit: int
    cursor: str | None
    request: Request
    sort: str = ""

    @property
    def falling(self) -> bool:
        """Tell whether the list is turned round."""
        return self.sort.startswith("-")

    @property
    def after(self) -> list[Any] | None:
        """Give the sort key of the last row already seen; Invalid if the cursor has none."""
        return None if self.cursor is None else decode(self.cursor, self._of)

    def cursor_after(self, key: Sequence[Any]) -> str:
        """Write the cursor of what follows a row of this list."""
        return encode(key, self._of)

    @property
    def _of(self) -> str:
        return self.request.url.path + self.sort


async def _page_request(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Items a page.")] = DEFAULT_PAGE,
    cursor: Annotated[
        str | None, Query(max_length=500, description="`next` of the page before.")
    ] = None,
) -> PageRequest:
    return PageRequest(limit, cursor, request)


Paging = Annotated[PageRequest, Depends(_page_request)]
"""For what comes in one order only; a list is `paged_by` a field."""


def paged_by(default: str) -> Any:
    """Ask for a page of a list in the order of a field of its items, `-` before it: falling.

    That is the order unless `sort` turns it round, so one index serves both.
    """
    field = default.removeprefix("-")
    names = [field, f"-{field}"]
    about = f"`{field}`: the oldest or least first; `-{field}`: the newest or greatest first."

    async def sorted_request(
        paging: Paging,
        sort: Annotated[str, Query(description=about, json_schema_extra={"enum": names})] = default,
    ) -> PageRequest:
        if sort not in names:
            raise Invalid(Fault("query:sort", "sort", f"Give one of: {', '.join(names)}."))
        return replace(paging, sort=sort)

    return Depends(sorted_request)


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of one page and the key after which the next begins."""

    rows: Sequence[Any]
    next: str | None


def page(
    session: Session, statement: Select[Any], *, paging: PageRequest, order: Sequence[Any]
) -> Slice:
    """Give one page of `statement` in the order of the columns, or all of it turned round.

    `order` must be total (end it with an id) and without NULL. A row is what the statement selects
    if that is one thing, otherwise a mapping by the names of its columns.
    """
    if (after := paging.after) is not None:
        statement = statement.where(_beyond(order, after, falling=paging.falling))
    by = [column.desc() for column in order] if paging.falling else order
    found = session.execute(statement.order_by(*by).limit(paging.limit + 1))
    alone = len(statement.column_descriptions) == 1
    rows: Sequence[Any] = found.scalars().all() if alone else found.mappings().all()
    if len(rows) <= paging.limit:
        return Slice(rows, None)
    read = getattr if alone else getitem
    last = [read(rows[-2], column.key) for column in order]
    return Slice(rows[:-1], paging.cursor_after(last))


def _beyond(columns: Sequence[Any], after: Sequence[Any], *, falling: bool) -> Any:
    kinds = [column.type for column in columns]
    try:
        theirs = [_value(kind, value) for kind, value in zip(kinds, after, strict=True)]
    except (ArithmeticError, LookupError, ValueError) as error:
        raise _bad_cursor() from error
    key = tuple_(*theirs, types=kinds)
    return tuple_(*columns) < key if falling else tuple_(*columns) > key


def _value(kind: TypeEngine[Any], value: Any) -> Any:
    """Read a value of a cursor as one that such a column can hold; ValueError if it cannot."""
    wanted = kind.python_type
    if isinstance(value, str) and wanted is not str:
        value = _READERS[wanted](value)
    zoned = getattr(value, "tzinfo", None) is not None
    if type(value) is not wanted or zoned is not getattr(kind, "timezone", False):
        raise ValueError
    if "\x00" in str(value) or (wanted in _NUMBERS and not abs(value) < 2**63):
        raise ValueError
    return value


def encode(key: Sequence[Any], of: str) -> str:
    """Write a sort key as a cursor, which no other list takes, nor this one turned round."""
    written = orjson.dumps([_mark(of), *key], default=str)
    return base64.urlsafe_b64encode(written).decode().rstrip("=")


def decode(cursor: str, of: str) -> list[Any]:
    """Read a cursor of a list back, or raise Invalid."""
    try:
        found = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise _bad_cursor() from error
    if not isinstance(found, list) or found[:1] != [_mark(of)]:
        raise _bad_cursor()
    return found[1:]


def _mark(of: str) -> str:
    return hashlib.sha256(of.encode()).hexdigest()[:8]


def _bad_cursor() -> Invalid:
    return Invalid(Fault("query:cursor", "cursor", "Use a cursor as it came in `next`."))


def answer_page(
    kind: type[Page[Body]], present: Callable[[Any], Body], found: Slice, paging: PageRequest
) -> Response:
    """Answer with a page of a list, and with the link to the following one."""
    page_ = kind.model_construct(items=[present(row) for row in found.rows], next=found.next)
    return answer(page_, headers=link(paging, found.next))


def link(paging: PageRequest, following: str | None) -> dict[str, str]:
    """Write the Link header (RFC 8288) of a page."""
    if following is None:
        return {}
    kept = [(k, v) for k, v in paging.request.query_params.multi_items() if k != "cursor"]
    query = urlencode([*kept, ("cursor", following)])
    return {"Link": f'<{paging.request.url.path}?{query}>; rel="next"'}
