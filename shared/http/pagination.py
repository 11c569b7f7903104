"""Lists in pages: the page that a caller requests, and the response that has it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, unquote_to_bytes, urlencode
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import BaseModel
from starlette.datastructures import QueryParams
from starlette.responses import Response

from shared.http import cursors
from shared.http.answers import json_response
from shared.http.schemas import Facet, Page, Total
from shared.texts import normalise

Body = TypeVar("Body", bound=BaseModel)

LARGEST_PAGE = 200
DEFAULT_PAGE = 50
LONGEST_CURSOR = 2000
"""The length of the longest cursor that is accepted; none of a list is longer.

A text of 200 characters needs up to 1600 characters: six bytes each in JSON, and base64 makes four
characters of three bytes.
"""
_FREE_PARAMETERS = {"limit", "cursor", "sort", "count", "facets", "fields", "include"}
"""The parameters that select no items: they may differ from page to page. `sort` has a default."""

_URI_CHARACTERS = "!$%&'()*+,-./:;=?@_~"
"""The punctuation that the query of a URI may have (RFC 3986, section 3.4)."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The requested page of a list, and what the caller wants to know about the whole list.

    `path` and `query`, which is as the caller wrote it, are those of the HTTP request.
    `sort` is empty if the list has no named sorts. `ids` are the only items to list, None for all;
    `without` are the filters for which an item has no value;
    `fields` are the only fields of an item to show, None for all; `included` are those that are
    shown although they are sent only on request. `facets` are the columns whose values are counted;
    `is_counted` says whether the items of all pages are counted.
    """

    limit: int
    cursor: str | None
    path: str
    query: bytes
    sort: str = ""
    ids: tuple[UUID, ...] | None = None
    fields: frozenset[str] | None = None
    without: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    is_counted: bool = False
    included: frozenset[str] = frozenset()

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The names and values in the query."""
        return QueryParams(self.query).multi_items()

    @property
    def sort_name(self) -> str:
        """The name of the requested sort, in whichever direction."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Whether the greatest values come first."""
        return self.sort.startswith("-")

    @property
    def after(self) -> list[Any] | None:
        """The sort key in the cursor, None without a cursor; raises Invalid for a bad cursor.

        The cursor contains the sort key of the last row of the previous page.
        """
        return None if self.cursor is None else cursors.decode(self.cursor, self._list_name)

    def cursor_after(self, key: Sequence[Any]) -> str:
        """Return the cursor of the page that follows the row with this sort key."""
        return cursors.encode(key, self._list_name)

    @property
    def _list_name(self) -> str:
        """The path, sort and filters of the list; a cursor is valid only for these."""
        filters = sorted(
            (name, normalise(value).strip())
            for name, value in self.parameters
            if name not in _FREE_PARAMETERS
        )
        return f"{self.path}?{urlencode([('sort', self.sort), *filters])}"


async def _page_request(
    request: Request,
    limit: Annotated[
        int, Query(ge=1, le=LARGEST_PAGE, description="The maximum number of items in the page.")
    ] = DEFAULT_PAGE,
    cursor: Annotated[
        str | None,
        Query(
            max_length=LONGEST_CURSOR,
            json_schema_extra={"pattern": "^[A-Za-z0-9_-]*$"},
            description="The value of `next` in the previous page: this page continues behind its "
            "last item. A cursor is valid only with the same `sort`, `ids` and filters, in any "
            "sequence; after a change of these begin the list again without `cursor`.",
        ),
    ] = None,
) -> PageRequest:
    """Return the requested page of a list, of a list that has only one sort."""
    return PageRequest(limit, cursor, request.url.path, request.scope["query_string"])


Paging = Annotated[PageRequest, Depends(_page_request)]
"""A page of a list without named sorts; routes of other lists ask for `paged_by(LIST, ...)`."""


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of one page, and the cursor of the next page, which is None on the last page.

    `total` and `facets` are None unless the caller asked for them.
    """

    rows: Sequence[Any]
    next: str | None
    total: Total | None = None
    facets: list[Facet] | None = None


def answer_page(
    page_class: type[Page[Body]],
    present: Callable[[Any], Body],
    found: Slice,
    paging: PageRequest,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the response with a page of a list, these headers and a link to the next page.

    `present` is called with each row and returns the item that shows it.
    """
    values: dict[str, Any] = {"next": found.next, "total": found.total, "facets": found.facets}
    items = [present(row) for row in found.rows]
    body: Page[Body] = page_class.model_construct(None, items=items, **values)
    headers = link_header(paging, found.next) | dict(headers or {})
    if paging.fields is None:
        return json_response(body, headers=headers)
    include = dict.fromkeys(page_class.model_fields, True) | {"items": {"__all__": paging.fields}}
    return json_response(body, headers=headers, include=include)


def link_header(paging: PageRequest, next_cursor: str | None) -> dict[str, str]:
    """Return the header Link (RFC 8288) with the address of the next page; {} on the last page.

    The other parameters are written as the caller wrote them, and escaped, so that the address is
    longer than the escaped address of the request by the cursor only.
    """
    if next_cursor is None:
        return {}
    others = [part for part in paging.query.split(b"&") if part and not _is_cursor(part)]
    query = escaped(b"&".join([*others, b"cursor=" + next_cursor.encode()]))
    return {"Link": f'<{paging.path}?{query}>; rel="next"'}


def escaped(query: bytes) -> str:
    """Return a query with the characters that a URI cannot have, such as `|`, percent-encoded."""
    return quote(query, safe=_URI_CHARACTERS)


def _is_cursor(part: bytes) -> bool:
    """Return whether a part of a query, such as `limit=2`, has the name `cursor`."""
    return unquote_to_bytes(part.partition(b"=")[0]) == b"cursor"
