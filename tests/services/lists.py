"""The check of a list: its rows come in the order that the OpenAPI document names, both ways."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import httpx

Document = dict[str, Any]


def check_list(client: httpx.Client, path: str, schema: Document) -> int:
    """Compare a list with the schema of its parameter `sort`, and return how many rows it has."""
    default, names = schema["default"], schema["enum"]
    (other,) = set(names) - {default}
    field = default.removeprefix("-")
    assert set(names) == {field, f"-{field}"}, path
    assert all(f"`{name}`" in schema["description"] for name in names), path
    bare = _read(client, path)
    assert bare == _read(client, path, sort=default), path
    assert _read(client, path, sort=other)["items"] == bare["items"][::-1], path
    assert _keys(bare, field) == sorted(_keys(bare, field), reverse=default.startswith("-")), path
    assert list(_one_by_one(client, path, other)) == bare["items"][::-1], path
    if cursor := _read(client, path, limit=1)["next"]:
        _read(client, path, sort=default, cursor=cursor)
        reversed_list = client.get(path, params={"sort": other, "cursor": cursor})
        assert _refused(reversed_list) == "query:cursor", path
    _check_invalid_sorts(client, path, default, other)
    return len(bare["items"])


def _check_invalid_sorts(client: httpx.Client, path: str, default: str, other: str) -> None:
    for rubbish in ("", "rubbish", f"{default},{other}", default.upper()):
        answer = client.get(path, params={"sort": rubbish})
        assert _refused(answer) == "query:sort", (path, rubbish)
        assert default in answer.json()["detail"], path
        assert other in answer.json()["detail"], path


def _one_by_one(client: httpx.Client, path: str, sort: str) -> Iterator[Any]:
    """Yield all rows in pages of one, by the links from page to page."""
    page = client.get(path, params={"sort": sort, "limit": 1})
    while True:
        yield from page.json()["items"]
        if "next" not in page.links:
            return
        page = client.get(page.links["next"]["url"])


def _read(client: httpx.Client, path: str, **params: Any) -> Any:
    answer = client.get(path, params=params)
    assert answer.status_code == 200, (path, answer.text)
    return answer.json()


def _refused(answer: httpx.Response) -> str:
    """Return the pointer of the one fault of a 422."""
    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    (fault,) = answer.json()["errors"]
    return str(fault["pointer"])


def _keys(page: Any, field: str) -> list[Any]:
    return [_key(item[field]) for item in page["items"]]


def _key(value: Any) -> Any:
    """Return a value as it is sorted: exact numbers, which are strings, as numbers."""
    try:
        return Decimal(value)
    except InvalidOperation:
        return value
