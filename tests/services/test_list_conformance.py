"""Tests of the rules that hold for all lists of all services (docs/conventions.md).

The tests read the OpenAPI documents, so a new list is tested without a change here.
"""

import httpx

from tests.services.conforming import SHARED, check_problem, filled, listed
from tests.services.gateway.conftest import (  # noqa: F401  asked for by name
    gateway,
    served_gateway,
)
from tests.services.lists import (
    LISTS_WITHOUT_IDS,
    PAGE_PARAMETERS,
    ListOfItems,
    check_counts,
    check_fields,
    check_filters,
    check_ids,
    check_ranges,
    check_sort,
)
from tests.services.visitor import Operation, Visitor


def in_pages(visitor: Visitor) -> list[Operation]:
    """Create every resource, and return the operations whose answers have pages."""
    found = filled(visitor).operations("get")
    return [one for one in found if one.takes("query", "cursor")]


def lists(visitor: Visitor) -> list[Operation]:
    """Create every resource, and return the operations that list resources.

    An explanation has pages too, but it is one resource and not a list.
    """
    return [one for one in in_pages(visitor) if one.name != "explain_score"]


def list_of_items(visitor: Visitor, operation: Operation) -> ListOfItems:
    """Return the list that an operation answers with."""
    parameters = {one["name"]: one for one in operation.parameters if one["in"] == "query"}
    return ListOfItems(visitor.client, visitor.path_of(operation), parameters)


def test_every_list_comes_in_pages_and_refuses_an_invalid_cursor(visitor: Visitor) -> None:
    lengths = []
    for operation in in_pages(visitor):
        path = visitor.path_of(operation)
        whole = listed(visitor.client.get(path))
        pages = [visitor.client.get(f"{path}?limit=1")]
        while (cursor := pages[-1].json()["next"]) is not None and len(pages) <= len(whole):
            assert f"cursor={cursor}" in pages[-1].headers["Link"]
            pages.append(visitor.client.get(path, params={"limit": 1, "cursor": cursor}))
        assert "Link" not in pages[-1].headers
        assert [listed(page) for page in pages] == [[item] for item in whole], path
        lengths.append(len(pages))
        check_problem(visitor.client.get(f"{path}?cursor=rubbish"), 422, "query:cursor")
        check_problem(visitor.client.get(f"{path}?limit=0"), 422, "query:limit")
    assert max(lengths) > 1, "no list was long enough to have pages"


def test_every_list_is_sorted_as_documented_and_can_be_reversed(visitor: Visitor) -> None:
    for operation in lists(visitor):
        rows = check_sort(list_of_items(visitor, operation))
        assert rows > 1 or operation.name == "list_value_models", str(operation)


def test_every_list_shows_the_requested_fields_and_counts_its_items(visitor: Visitor) -> None:
    for operation in lists(visitor):
        check_fields(list_of_items(visitor, operation))
        check_counts(list_of_items(visitor, operation))


def test_every_list_of_things_with_an_id_can_be_limited_to_some_ids(visitor: Visitor) -> None:
    for operation in lists(visitor):
        assert operation.takes("query", "ids") or operation.name in LISTS_WITHOUT_IDS
        if operation.takes("query", "ids"):
            check_ids(list_of_items(visitor, operation))


def test_every_filter_of_a_list_selects_the_items_that_match_it(visitor: Visitor) -> None:
    for operation in lists(visitor):
        values = {
            one["name"]: visitor.parameter_value(one)
            for one in operation.parameters
            if one["in"] == "query" and one["name"] not in PAGE_PARAMETERS
        }
        check_filters(list_of_items(visitor, operation), values)


def test_every_empty_range_of_times_or_days_is_refused_at_its_start(visitor: Visitor) -> None:
    for operation in lists(visitor):
        check_ranges(list_of_items(visitor, operation))


def test_p7_ids_of_items_that_a_key_may_not_see_are_left_out(
    visitor: Visitor, stranger: httpx.Client
) -> None:
    """P7: `ids` makes nothing visible, and neither do totals and facets."""
    for operation in lists(visitor):
        if not operation.takes("query", "ids") or operation.noun in SHARED:
            continue
        path = visitor.path_of(operation)
        items = visitor.client.get(path).json()["items"]
        ids = ",".join(item.get("id") or item["customer_id"] for item in items)
        seen = stranger.get(path, params={"ids": ids, "count": "true"})
        if seen.status_code == 200:
            total = {"value": 0, "exact": True}
            assert seen.json() == {"items": [], "next": None, "total": total}, path
        else:
            assert seen.status_code in {403, 404}, (path, seen.text)
