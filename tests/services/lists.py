"""The check that a list is sorted as its OpenAPI document says, and can be reversed."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import httpx

Document = dict[str, Any]


def check_list(client: httpx.Client, path: str, schema: Document) -> int:
    """Check a list against the schema of its parameter `sort`, and return the number of rows."""
    default, names = schema["default"], schema["enum"]
    (reverse,) = set(names) - {default}
    field = default.removeprefix("-")
    assert set(names) == {field, f"-{field}"}, path
    assert all(f"`{name}`" in schema["description"] for name in names), path
    page = _read(client, path)
    assert page == _read(client, path, sort=default), path
    assert _read(client, path, sort=reverse)["items"] == page["items"][::-1], path
    assert _sort_keys(page, field) == sorted(
        _sort_keys(page, field), reverse=default.startswith("-")
    ), path
    assert list(_one_by_one(client, path, reverse)) == page["items"][::-1], path
    if cursor := _read(client, path, limit=1)["next"]:
        _read(client, path, sort=default, cursor=cursor)
        reversed_list = client.get(path, params={"sort": reverse, "cursor": cursor})
        assert _pointer_of_refusal(reversed_list) == "query:cursor", path
    _check_invalid_sorts(client, path, default, reverse)
    return len(page["items"])


def _check_invalid_sorts(client: httpx.Client, path: str, default: str, reverse: str) -> None:
    """Check that each invalid value of `sort` is refused with the two valid ones."""
    for rubbish in ("", "rubbish", f"{default},{reverse}", default.upper()):
        answer = client.get(path, params={"sort": rubbish})
        assert _pointer_of_refusal(answer) == "query:sort", (path, rubbish)
        assert default in answer.json()["detail"], path
        assert reverse in answer.json()["detail"], path


def _one_by_one(client: httpx.Client, path: str, sort: str) -> Iterator[Any]:
    """Yield all rows; each page has one row, and the header Link leads to the next page."""
    page = client.get(path, params={"sort": sort, "limit": 1})
    while True:
        yield from page.json()["items"]
        if "next" not in page.links:
            return
        page = client.get(page.links["next"]["url"])


def _read(client: httpx.Client, path: str, **params: Any) -> Any:
    """Return the page that a list answers with for these parameters."""
    answer = client.get(path, params=params)
    assert answer.status_code == 200, (path, answer.text)
    return answer.json()


def _pointer_of_refusal(answer: httpx.Response) -> str:
    """Check that an answer is a 422 with one fault, and return the pointer of the fault."""
    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    (fault,) = answer.json()["errors"]
    return str(fault["pointer"])


def _sort_keys(page: Any, field: str) -> list[Any]:
    """Return the values of a field of all items of a page, as they are sorted."""
    return [_sort_key(item[field]) for item in page["items"]]


def _sort_key(value: Any) -> Any:
    """Return the value by which a field is sorted: an exact number, a string in JSON, as number."""
    try:
        return Decimal(value)
    except InvalidOperation:
        return value
