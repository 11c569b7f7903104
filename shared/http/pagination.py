"""Lists in pages: the cursor contains the sort key of the last row (keyset pagination)."""

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
from shared.http.answers import json_response
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
    """The requested page of a list; `sort` is empty if the list cannot be reversed."""

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
        """The sort key in the cursor, None without a cursor; raises Invalid for a bad cursor.

        The cursor contains the sort key of the last row of the previous page.
        """
        return None if self.cursor is None else decode(self.cursor, self._list_name)

    def cursor_after(self, key: Sequence[Any]) -> str:
        """Return the cursor of the page that follows the row with this sort key."""
        return encode(key, self._list_name)

    @property
    def _list_name(self) -> str:
        """The path and sort order of the list; a cursor is valid only for this path and order."""
        return self.request.url.path + self.sort


async def _page_request(
    request: Request,
    limit: Annotated[
        int, Query(ge=1, le=LARGEST_PAGE, description="The maximum number of items in the page.")
    ] = DEFAULT_PAGE,
    cursor: Annotated[
        str | None, Query(max_length=500, description="The value of `next` in the previous page.")
    ] = None,
) -> PageRequest:
    """Return the requested page of a list, in the list's only order."""
    return PageRequest(limit, cursor, request)


Paging = Annotated[PageRequest, Depends(_page_request)]
"""A page of a list that cannot be reversed; routes of other lists ask for `paged_by(field)`."""


def paged_by(default: str) -> Any:
    """Return the dependency of a list that is sorted by `default`, a field of its items.

    `-` before the field means descending order. The dependency adds the query parameter `sort` to
    the route, by which a caller reverses the order; one index serves both directions.
    """
    field = default.removeprefix("-")
    orders = [field, f"-{field}"]
    about = f"`{field}`: the oldest or least first; `-{field}`: the newest or greatest first."

    async def sorted_page_request(
        paging: Paging,
        sort: Annotated[
            str, Query(description=about, json_schema_extra={"enum": orders})
        ] = default,
    ) -> PageRequest:
        """Return the requested page of a list in the order `sort`."""
        if sort not in orders:
            raise Invalid(Fault("query:sort", "sort", f"Give one of: {', '.join(orders)}."))
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

    All columns are sorted in the same direction, ascending or descending as requested. Together
    they must be unique (end with an id), and they must not be NULL. A row is an entity or a value
    if the statement selects only one, otherwise a mapping by column name.
    """
    if (after := paging.after) is not None:
        statement = statement.where(_is_after(order, after, descending=paging.descending))
    sort_columns = [column.desc() for column in order] if paging.descending else order
    result = session.execute(statement.order_by(*sort_columns).limit(paging.limit + 1))
    is_single = len(statement.column_descriptions) == 1
    rows: Sequence[Any] = result.scalars().all() if is_single else result.mappings().all()
    if len(rows) <= paging.limit:
        return Slice(rows, None)
    read = getattr if is_single else getitem
    last_key = [read(rows[-2], column.key) for column in order]
    return Slice(rows[:-1], paging.cursor_after(last_key))


def _is_after(columns: Sequence[Any], after: Sequence[Any], *, descending: bool) -> Any:
    """Return the SQL condition for the rows that follow the sort key `after`."""
    types = [column.type for column in columns]
    try:
        values = [_column_value(type_, value) for type_, value in zip(types, after, strict=True)]
    except (ArithmeticError, LookupError, ValueError) as error:
        raise _bad_cursor() from error
    key = tuple_(*values, types=types)
    return tuple_(*columns) < key if descending else tuple_(*columns) > key


def _column_value(column_type: TypeEngine[Any], value: Any) -> Any:
    """Return a value of a cursor as the Python type of its column; raises ValueError."""
    python_type = column_type.python_type
    if isinstance(value, str) and python_type is not str:
        value = _PARSERS[python_type](value)
    has_offset = getattr(value, "tzinfo", None) is not None
    if type(value) is not python_type or has_offset is not getattr(column_type, "timezone", False):
        raise ValueError
    if "\x00" in str(value) or (python_type in _NUMBERS and not abs(value) < 2**63):
        raise ValueError
    return value


def encode(key: Sequence[Any], list_name: str) -> str:
    """Return the cursor that contains this sort key.

    `list_name` is the path and order of the list: `decode` refuses a cursor for any other.
    """
    content = orjson.dumps([_list_digest(list_name), *key], default=str)
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def decode(cursor: str, list_name: str) -> list[Any]:
    """Return the sort key in a cursor; raises Invalid if it is not a cursor of this list."""
    try:
        content = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise _bad_cursor() from error
    if not isinstance(content, list) or content[:1] != [_list_digest(list_name)]:
        raise _bad_cursor()
    return content[1:]


def _list_digest(list_name: str) -> str:
    """Return eight characters by which a cursor names its list."""
    return hashlib.sha256(list_name.encode()).hexdigest()[:8]


def _bad_cursor() -> Invalid:
    return Invalid(Fault("query:cursor", "cursor", "Send a cursor as it came in `next`."))


def answer_page(
    page_class: type[Page[Body]],
    present: Callable[[Any], Body],
    found: Slice,
    paging: PageRequest,
) -> Response:
    """Return the response with a page of a list and a link to the next page.

    `present` is called with each row and returns the item that shows it.
    """
    items = [present(row) for row in found.rows]
    body = page_class.model_construct(items=items, next=found.next)
    return json_response(body, headers=link_header(paging, found.next))


def link_header(paging: PageRequest, next_cursor: str | None) -> dict[str, str]:
    """Return the header Link (RFC 8288) with the address of the next page; {} on the last page."""
    if next_cursor is None:
        return {}
    parameters = paging.request.query_params.multi_items()
    others = [(name, value) for name, value in parameters if name != "cursor"]
    query = urlencode([*others, ("cursor", next_cursor)])
    return {"Link": f'<{paging.request.url.path}?{query}>; rel="next"'}
