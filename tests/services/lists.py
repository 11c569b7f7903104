"""Checks that a list does what its OpenAPI document says: sorts, ids, fields, totals, filters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import httpx

Document = dict[str, Any]
PAGE_PARAMETERS = {"limit", "cursor", "sort", "ids", "count", "fields", "facets", "include"}
PAGE_PARAMETERS |= {"without"}
"""The parameters that many lists have; the others are filters."""
LISTS_WITHOUT_IDS = {
    *("list_versions", "read_customer_history"),
    *("list_import_rejections", "list_answer_import_rejections"),
}
"""Operations that list items which have a number and no id."""
UNKNOWN_ID = "00000000-0000-0000-0000-000000000007"


@dataclass(frozen=True)
class ListOfItems:
    """A list of a running service, with its documented query parameters by name."""

    client: httpx.Client
    path: str
    parameters: Mapping[str, Document]

    def read(self, **params: Any) -> Any:
        """Return the page that the list answers with for these parameters."""
        answer = self.client.get(self.path, params=params)
        assert answer.status_code == 200, (str(answer.request.url), answer.text)
        return answer.json()

    def refusal(self, **params: Any) -> Any:
        """Check that these parameters are answered with one fault, and return the fault."""
        answer = self.client.get(self.path, params=params)
        assert answer.status_code == 422, (str(answer.request.url), answer.text)
        (fault,) = answer.json()["errors"]
        return fault

    def one_by_one(self, sort: str) -> Iterator[Any]:
        """Yield all items; each page has one, and the header Link leads to the next page."""
        page = self.client.get(self.path, params={"sort": sort, "limit": 1})
        while True:
            yield from page.json()["items"]
            if "next" not in page.links:
                return
            page = self.client.get(page.links["next"]["url"])


def check_sort(a_list: ListOfItems) -> int:
    """Check every sort of a list in both directions, and return the number of its items."""
    sort = a_list.parameters["sort"]
    names, default = sort["schema"]["enum"], sort["schema"]["default"]
    page = a_list.read()
    assert page == a_list.read(sort=default), a_list.path
    for name in names:
        field, is_descending = name.removeprefix("-"), name.startswith("-")
        assert {field, f"-{field}"} <= set(names), (a_list.path, name)
        assert f"`{name}`" in sort["description"], (a_list.path, name)
        items = a_list.read(sort=name)["items"]
        keys = [_sort_key(value) for value in _values(a_list, items, name)]
        assert keys == sorted(keys, reverse=is_descending), (a_list.path, name)
        assert list(a_list.one_by_one(name)) == items, (a_list.path, name)
        if name != default and (cursor := a_list.read(sort=name, limit=1)["next"]):
            assert a_list.refusal(cursor=cursor)["pointer"] == "query:cursor", a_list.path
    for wrong in ("", "rubbish", ",".join(names), default.upper()):
        fault = a_list.refusal(sort=wrong)
        assert fault["pointer"] == "query:sort"
        assert all(name in fault["message"] for name in names), a_list.path
    return len(page["items"])


def _values(a_list: ListOfItems, items: list[Any], sort: str) -> Iterator[Any]:
    """Yield the value of each item by which the list is sorted; it may be in an included field."""
    field = sort.removeprefix("-")
    if items and field in items[0]:
        yield from (item[field] for item in items)
        return
    (included,) = names_in("include", a_list)
    for item in a_list.read(sort=sort, include=included)["items"]:
        yield item[included] and item[included][field]


def names_in(parameter: str, a_list: ListOfItems) -> list[str]:
    """Return the names that a parameter of a list may have, from its answer to another name."""
    if parameter not in a_list.parameters:
        return []
    fault = a_list.refusal(**{parameter: "rubbish"})
    assert fault["pointer"] == f"query:{parameter}"
    names: list[str] = fault["message"].partition(": ")[2].rstrip(".").split(", ")
    assert all(f"`{name}`" in a_list.parameters[parameter]["description"] for name in names)
    return names


def _sort_key(value: Any) -> Any:
    """Return the value by which a field is sorted: an exact number, a string in JSON, as number.

    Items without a value are the least.
    """
    if value is None:
        return Decimal("-Infinity")
    try:
        return Decimal(value)
    except InvalidOperation:
        return value


def check_fields(a_list: ListOfItems) -> None:
    """Check that a list shows exactly the requested fields, and always the id of its items."""
    items = a_list.read()["items"]
    key = {_key(items)} if "ids" in a_list.parameters else set()
    for name in items[0]:
        shown = a_list.read(fields=name)["items"]
        assert shown == [{field: item[field] for field in {name} | key} for item in items]
    assert a_list.read(fields=",".join(items[0]))["items"] == items
    for name in names_in("include", a_list):
        whole = a_list.read(include=name)["items"]
        assert whole == [
            item | {name: shown[name]} for item, shown in zip(items, whole, strict=True)
        ]
        shown = [{field: item[field] for field in {name} | key} for item in whole]
        assert a_list.read(fields=name)["items"] == shown
    for wrong in ("", "rubbish", f"{next(iter(items[0]))},rubbish"):
        fault = a_list.refusal(fields=wrong)
        assert fault["pointer"] == "query:fields"
        assert all(name in fault["message"] for name in items[0]), a_list.path


def check_ids(a_list: ListOfItems) -> None:
    """Check that a list can be limited to some ids, and leaves out the unknown ones."""
    whole = a_list.read()["items"]
    key = _key(whole)
    ids = [item[key] for item in whole[::2]]
    found = a_list.read(ids=",".join([*ids, UNKNOWN_ID]))
    assert found == {"items": [item for item in whole if item[key] in ids], "next": None}
    assert a_list.read(ids=UNKNOWN_ID)["items"] == []
    for wrong in ("", "rubbish", f"{ids[0]},", ",".join([ids[0]] * 101)):
        assert a_list.refusal(ids=wrong)["pointer"] == "query:ids", a_list.path


def _key(items: list[Any]) -> str:
    """Return the name of the field that has the id of an item."""
    return "id" if "id" in items[0] else "customer_id"


def check_counts(a_list: ListOfItems) -> None:
    """Check that the total is the number of items, and that each facet adds up to the total."""
    whole = a_list.read()
    items = whole["items"]
    assert whole.keys() == {"items", "next"}, a_list.path
    total = {"value": len(items), "exact": True}
    assert a_list.read(count="true", limit=1)["total"] == total, a_list.path
    for name in names_in("facets", a_list):
        page = a_list.read(facets=name, limit=1)
        (facet,) = page["facets"]
        assert (facet["field"], facet["exact"], "total" in page) == (name, True, False)
        counts = [value["count"] for value in facet["values"]]
        assert sum(counts) == len(items), (a_list.path, name)
        assert counts == sorted(counts, reverse=True)
        for value in facet["values"]:
            is_null = value["value"] is None
            selected = {"without": name} if is_null else {name: value["value"]}
            found = a_list.read(**selected, count="true")
            assert found["total"]["value"] == value["count"], (a_list.path, selected)


def check_filters(a_list: ListOfItems, values: Mapping[str, Any]) -> None:
    """Check that a list accepts each filter but no empty text, and shows only matching items.

    `values` has a valid value for each filter by its name. If the items have a field with the name
    of the filter, each value that an item has is tried too.
    """
    whole = a_list.read()["items"]
    for name, value in values.items():
        refused = a_list.refusal(**{name: ""})
        assert refused["pointer"] == f"query:{name}", a_list.path
        assert refused["code"] == "too_short" or not _is_plain_text(a_list.parameters[name]), name
        assert all(item in whole for item in a_list.read(**{name: value})["items"]), name
        shown = [item.get(name) for item in whole]
        for each in (one for one in shown if isinstance(one, str | bool)):
            found = a_list.read(**{name: str(each).lower() if each in {True, False} else each})
            assert found["items"] == [item for item in whole if item[name] == each], name
    for name in names_in("without", a_list):
        _check_without(a_list, name, values[name])


def _check_without(a_list: ListOfItems, name: str, value: Any) -> None:
    """Check that a list shows the items without a value for a filter, which then has no value.

    An item has the field that the filter is about, or a list of its values (`tags` for `tag`). The
    other filters are those of facets, for which `check_counts` compares the numbers of items.
    """
    whole, found = a_list.read()["items"], a_list.read(without=name)["items"]
    fields = [field for field in (name, f"{name}s") if whole and field in whole[0]]
    assert fields or name in names_in("facets", a_list), (a_list.path, name)
    for field in fields:
        assert found == [item for item in whole if item[field] in (None, [])], (a_list.path, name)
    fault = a_list.refusal(**{name: value, "without": name})
    assert (fault["pointer"], fault["code"]) == ("query:without", "value_and_none"), name
    if cursor := a_list.read(without=name, limit=1)["next"]:
        assert a_list.refusal(cursor=cursor)["pointer"] == "query:cursor", a_list.path


def check_ranges(a_list: ListOfItems) -> None:
    """Check that a list refuses each range that is empty, and describes the start by the end."""
    for start, end in _ranges(a_list.parameters):
        is_day = end == "to"
        early, late = ("2026-01-30", "2026-01-31") if is_day else (_MOMENT, _LATER_MOMENT)
        for wrong in [(late, early)] + ([] if is_day else [(early, early)]):
            fault = a_list.refusal(**dict(zip((start, end), wrong, strict=True)))
            assert (fault["pointer"], fault["code"]) == (f"query:{start}", "empty_range"), (
                a_list.path
            )
            assert fault["params"] == {"start": start, "end": end}
        a_list.read(**{start: early, end: early if is_day else late})
        assert f"`{end}`" in a_list.parameters[start]["description"], (a_list.path, start)


_MOMENT, _LATER_MOMENT = "2026-01-31T08:30:00+08:00", "2026-01-31T01:00:00Z"
"""Two times, half an hour apart, which sort the other way round as texts."""


def _ranges(parameters: Mapping[str, Document]) -> Iterator[tuple[str, str]]:
    """Yield the names of the start and the end of each range among the parameters of a list."""
    starts = [name for name in parameters if name == "from" or name.endswith("_from")]
    for start in starts:
        end = "to" if start == "from" else f"{start.removesuffix('_from')}_before"
        assert end in parameters, start
        yield start, end


def _is_plain_text(parameter: Document) -> bool:
    """Return whether a parameter is any text, and not one of a documented form."""
    schemas = parameter["schema"].get("anyOf", [parameter["schema"]])
    (text,) = [each for each in schemas if each.get("type") != "null"]
    return text.get("type") == "string" and not text.keys() & {"enum", "format", "pattern"}
