"""Lists in pages: keyset pagination with an opaque cursor over a total order."""

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

_PARSERS: dict[type, Callable[[str], Any]] = {
    UUID: UUID,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    Decimal: Decimal,
}
_NUMBERS = (int, float, Decimal)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The requested page of a list; `sort` is empty for a list that has one order only."""

    limit: int
    cursor: str | None
    request: Request
    sort: str = ""

    @property
    def descending(self) -> bool:
        """Whether the greatest values come first."""
        return self.sort.startswith("-")

    @property
    def after(self) -> list[Any] | None:
        """The sort key of the last row of the page before, or None; Invalid for a bad cursor."""
        return None if self.cursor is None else decode(self.cursor, self._list)

    def cursor_after(self, key: Sequence[Any]) -> str:
        """Return the cursor of the page that follows the row with this sort key."""
        return encode(key, self._list)

    @property
    def _list(self) -> str:
        """The list that a cursor belongs to: its path and its order."""
        return self.request.url.path + self.sort


async def _page_request(
    request: Request,
    limit: Annotated[
        int, Query(ge=1, le=LARGEST_PAGE, description="The maximum number of items in the page.")
    ] = DEFAULT_PAGE,
    cursor: Annotated[
        str | None, Query(max_length=500, description="The value of `next` in the page before.")
    ] = None,
) -> PageRequest:
    return PageRequest(limit, cursor, request)


Paging = Annotated[PageRequest, Depends(_page_request)]
"""A page of a list that has one order only; other lists ask for `paged_by(field)`."""


def paged_by(default: str) -> Any:
    """Return the dependency of a list that is sorted by `default`, a field of its items.

    `-` before the field sorts it in descending order. The parameter `sort`, which the dependency
    adds to the route, reverses the order; one index serves both directions.
    """
    field = default.removeprefix("-")
    names = [field, f"-{field}"]
    about = f"`{field}`: the oldest or least first; `-{field}`: the newest or greatest first."

    async def sorted_page_request(
        paging: Paging,
        sort: Annotated[str, Query(description=about, json_schema_extra={"enum": names})] = default,
    ) -> PageRequest:
        if sort not in names:
            raise Invalid(Fault("query:sort", "sort", f"Give one of: {', '.join(names)}."))
        return replace(paging, sort=sort)

    return Depends(sorted_page_request)


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of one page and the cursor of the next, which is None on the last page."""

    rows: Sequence[Any]
    next: str | None


def page(
    session: Session, statement: Select[Any], *, paging: PageRequest, order: Sequence[Any]
) -> Slice:
    """Return one page of the rows of a statement, sorted by the columns `order`.

    Every column is sorted in ascending order, or, if the request is descending, in descending
    order. The order must be total (end it with an id) and its columns without NULL. A row is an
    entity or value if the statement selects only one, otherwise a mapping by column name.
    """
    if (after := paging.after) is not None:
        statement = statement.where(_is_after(order, after, descending=paging.descending))
    by = [column.desc() for column in order] if paging.descending else order
    result = session.execute(statement.order_by(*by).limit(paging.limit + 1))
    is_single = len(statement.column_descriptions) == 1
    rows: Sequence[Any] = result.scalars().all() if is_single else result.mappings().all()
    if len(rows) <= paging.limit:
        return Slice(rows, None)
    read = getattr if is_single else getitem
    last = [read(rows[-2], column.key) for column in order]
    return Slice(rows[:-1], paging.cursor_after(last))


def _is_after(columns: Sequence[Any], after: Sequence[Any], *, descending: bool) -> Any:
    types = [column.type for column in columns]
    try:
        values = [_value(kind, value) for kind, value in zip(types, after, strict=True)]
    except (ArithmeticError, LookupError, ValueError) as error:
        raise _bad_cursor() from error
    key = tuple_(*values, types=types)
    return tuple_(*columns) < key if descending else tuple_(*columns) > key


def _value(kind: TypeEngine[Any], value: Any) -> Any:
    """Return a value of a cursor in the type of its column; ValueError if that is impossible."""
    wanted = kind.python_type
    if isinstance(value, str) and wanted is not str:
        value = _PARSERS[wanted](value)
    zoned = getattr(value, "tzinfo", None) is not None
    if type(value) is not wanted or zoned is not getattr(kind, "timezone", False):
        raise ValueError
    if "\x00" in str(value) or (wanted in _NUMBERS and not abs(value) < 2**63):
        raise ValueError
    return value


def encode(key: Sequence[Any], list_name: str) -> str:
    """Return the cursor for a sort key of a list.

    `list_name` is its path and order: a cursor is refused by other lists and in another order.
    """
    content = orjson.dumps([_mark(list_name), *key], default=str)
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def decode(cursor: str, list_name: str) -> list[Any]:
    """Return the sort key in a cursor, or raise Invalid if it is no cursor of this list."""
    try:
        content = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise _bad_cursor() from error
    if not isinstance(content, list) or content[:1] != [_mark(list_name)]:
        raise _bad_cursor()
    return content[1:]


def _mark(list_name: str) -> str:
    return hashlib.sha256(list_name.encode()).hexdigest()[:8]


def _bad_cursor() -> Invalid:
    return Invalid(Fault("query:cursor", "cursor", "Send a cursor as it came in `next`."))


def answer_page(
    page_class: type[Page[Body]],
    present: Callable[[Any], Body],
    found: Slice,
    paging: PageRequest,
) -> Response:
    """Return the response with a page of a list, and with a link to the next page.

    `present` returns the item that shows a row.
    """
    items = [present(row) for row in found.rows]
    body = page_class.model_construct(items=items, next=found.next)
    return answer(body, headers=link_header(paging, found.next))


def link_header(paging: PageRequest, following: str | None) -> dict[str, str]:
    """Return the header Link (RFC 8288) with the address of the next page; none on the last."""
    if following is None:
        return {}
    others = [(k, v) for k, v in paging.request.query_params.multi_items() if k != "cursor"]
    query = urlencode([*others, ("cursor", following)])
    return {"Link": f'<{paging.request.url.path}?{query}>; rel="next"'}
