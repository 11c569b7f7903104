"""The query parameters of a list, as its declaration allows them."""

import re
from dataclasses import replace
from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, WithJsonSchema

from shared.errors import Fault, Invalid
from shared.http.faults import IDS, SORT
from shared.http.includes import includable, included_fields
from shared.http.listing import MOST_COUNTED, Listing
from shared.http.pagination import PageRequest, Paging
from shared.http.parameters import Names, known_names, quoted
from shared.http.schemas import Page
from shared.ids import WRITTEN_ID

MOST_IDS = 100
"""The number of ids that a caller may give in one request."""

_IDS = f"^{WRITTEN_ID}(,{WRITTEN_ID}){{0,{MOST_IDS - 1}}}$"


def paged_by(listing: Listing, page_class: type[Page[Any]]) -> Any:
    """Return the dependency with the query parameters of a list and the requested page.

    The parameters are `limit`, `cursor`, `sort`, `count` and `fields`; `ids` if the items have an
    id, `without` if they may lack a value by which they are filtered, `facets` if the list has
    some, and `include` if the items have an `included_field`.
    `page_class` is the response body, whose items have the fields that a caller can select.
    """
    item_class = _item_class(page_class)
    sent_on_request = frozenset(includable(item_class))

    async def requested_page(
        paging: Paging,
        sort: Annotated[str, _sort(listing)],
        ids: Annotated[tuple[UUID, ...] | None, _ids(listing)],
        fields: Annotated[frozenset[str] | None, _fields(listing, page_class)],
        without: Annotated[tuple[str, ...], _without(listing)],
        facets: Annotated[tuple[str, ...], _facets(listing)],
        is_counted: Annotated[bool, _count()],
        included: Annotated[frozenset[str], included_fields(item_class)],
    ) -> PageRequest:
        """Return the requested page of the list."""
        has_limit = "limit" in dict(paging.parameters)
        return replace(
            paging,
            limit=paging.limit if has_limit or ids is None else MOST_IDS,
            sort=sort,
            ids=ids,
            fields=None if fields is None else fields | included,
            without=without,
            facets=facets,
            is_counted=is_counted,
            included=included | (sent_on_request & (fields or frozenset())),
        )

    return Depends(requested_page)


def _sort(listing: Listing) -> Any:
    """Return the dependency with the parameter `sort`: the name of a sort and its direction."""
    names = [f"{sign}{name}" for name in listing.sorts for sign in ("", "-")]
    about = (
        f"Order of the items: {quoted(names)}. A name alone means the oldest or least first, `-` "
        "in front of it the newest or greatest first."
    )

    async def requested_sort(
        sort: Annotated[
            str, Query(description=about, json_schema_extra={"enum": names})
        ] = listing.default,
    ) -> str:
        """Return the requested sort."""
        if sort not in names:
            raise Invalid(Fault("query:sort", SORT, allowed=names))
        return sort

    return Depends(requested_sort)


def _ids(listing: Listing) -> Any:
    """Return the dependency with the parameter `ids`, if the items of the list have an id."""
    about = (
        f"List only the items with these ids, at most {MOST_IDS}, separated by commas. Unknown "
        "ids, and ids of items that you may not see, are left out. Without `limit` all of them are "
        "in one page."
    )
    schema = {"type": "string", "pattern": _IDS}

    async def requested_ids(
        ids: Annotated[
            Annotated[str, WithJsonSchema(schema)] | None, Query(description=about)
        ] = None,
    ) -> tuple[UUID, ...] | None:
        """Return the requested ids, each once; None if the caller gives none."""
        if ids is None:
            return None
        if not re.fullmatch(_IDS, ids):
            raise Invalid(Fault("query:ids", IDS, max=MOST_IDS))
        return tuple(dict.fromkeys(UUID(each) for each in ids.split(",")))

    return Depends(requested_ids if listing.id is not None else _nothing)


def _fields(listing: Listing, page_class: type[Page[Any]]) -> Any:
    """Return the dependency with the parameter `fields`: the names of fields of an item."""
    attributes = _attributes(page_class)
    key = None if listing.id is None else listing.id.key
    always = [name for name, attribute in attributes.items() if attribute == key]
    about = (
        "Show only these fields of each item, separated by commas"
        f"{f'; {quoted(always)} is always shown' if always else ''}. The items then have only "
        f"these fields, although their schema requires all. The fields are {quoted(attributes)}."
    )

    async def requested_fields(
        fields: Annotated[Names | None, Query(description=about)] = None,
    ) -> frozenset[str] | None:
        """Return the attributes of the requested fields; None if the caller gives none."""
        if fields is None:
            return None
        names = [*known_names("fields", fields, attributes), *always]
        return frozenset(attributes[name] for name in names)

    return Depends(requested_fields)


def _without(listing: Listing) -> Any:
    """Return the dependency with the parameter `without`, if items may lack a value."""
    names = list(listing.absences)
    about = (
        "List only the items that lack a value for every filter that is named here, separated by "
        f"commas. The filters are {quoted(names)}. A filter that is named here cannot be given "
        "with a value in the same request."
    )
    name = f"({'|'.join(names)})"
    schema = {"type": "string", "pattern": f"^{name}(,{name})*$", "examples": names[:1]}

    async def requested_absences(
        without: Annotated[
            Annotated[str, WithJsonSchema(schema)] | None, Query(description=about)
        ] = None,
    ) -> tuple[str, ...]:
        """Return the names of the filters for which an item has no value, each once."""
        return () if without is None else known_names("without", without, names)

    return Depends(requested_absences if names else _no_names)


def _facets(listing: Listing) -> Any:
    """Return the dependency with the parameter `facets`, if the list has some."""
    about = (
        "Count the items of all pages by the values of these fields, separated by commas. The "
        f"answer then has `facets`. The fields are {quoted(listing.facets)}."
    )
    if not listing.absences.keys().isdisjoint(listing.facets):
        about += " Items without a value are counted under the value null: `without` lists them."

    async def requested_facets(
        facets: Annotated[Names | None, Query(description=about)] = None,
    ) -> tuple[str, ...]:
        """Return the names of the requested facets, each once."""
        return () if facets is None else known_names("facets", facets, listing.facets)

    return Depends(requested_facets if listing.facets else _no_names)


def _count() -> Any:
    """Return the dependency with the parameter `count`: whether all items are counted."""
    about = (
        "Whether to count the items of all pages. The answer then has `total`, which is exact up "
        f"to {MOST_COUNTED}."
    )

    async def is_counted(*, count: Annotated[bool, Query(description=about)] = False) -> bool:
        """Return whether the caller wants the number of all items."""
        return count

    return Depends(is_counted)


async def _nothing() -> None:
    """Return None for a parameter that a list does not have."""


async def _no_names() -> tuple[str, ...]:
    """Return no names, for a parameter that a list does not have."""
    return ()


def _item_class(page_class: type[Page[Any]]) -> type[BaseModel]:
    """Return the class of the items of a page."""
    (item_class,) = get_args(page_class.model_fields["items"].annotation)
    found: type[BaseModel] = item_class
    return found


def _attributes(page_class: type[Page[Any]]) -> dict[str, str]:
    """Return the attributes of the items of a page, by the names that they have in JSON."""
    fields = _item_class(page_class).model_fields
    return {info.alias or attribute: attribute for attribute, info in fields.items()}
