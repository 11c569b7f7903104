"""What every list keeps to, as the OpenAPI document of its service tells of it.

One row after another, forwards and backwards, in the order that it names; a new list gets this for
nothing as soon as its service's `test_lists.py` fills it.
"""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import httpx

Document = dict[str, Any]


def paged(document: Document) -> dict[str, Document | None]:
    """Give every path that takes a cursor, with the schema of its `sort` if it has one."""
    known = {
        path: {one["name"]: one for one in item["get"].get("parameters", ())}
        for path, item in document["paths"].items()
        if "get" in item
    }
    return {
        path: names["sort"]["schema"] | {"description": names["sort"]["description"]}
        if "sort" in names
        else None
        for path, names in known.items()
        if "cursor" in names
    }


def check_lists(client: httpx.Client, document: Document, **ids: str) -> set[str]:
    """Hold every sorted list to what it says; give the paths of those that are not sorted."""
    found = paged(document)
    for path, schema in found.items():
        if schema is not None:
            _check(client, path.format_map(ids), schema)
    return {path for path, schema in found.items() if schema is None}


def _check(client: httpx.Client, path: str, schema: Document) -> None:
    default, names = schema["default"], schema["enum"]
    (other,) = set(names) - {default}
    field = default.removeprefix("-")
    assert set(names) == {field, f"-{field}"}, path
    assert all(f"`{name}`" in schema["description"] for name in names), path
    bare = _read(client, path)
    assert bare == _read(client, path, sort=default), path
    assert len(bare["items"]) > 1, f"{path}: fill it, so that it has an order"
    assert _read(client, path, sort=other)["items"] == bare["items"][::-1], path
    assert _keys(bare, field) == sorted(_keys(bare, field), reverse=default.startswith("-")), path
    assert list(_one_by_one(client, path, other)) == bare["items"][::-1], path
    _check_refusals(client, path, default, other)


def _check_refusals(client: httpx.Client, path: str, default: str, other: str) -> None:
    cursor = _read(client, path, limit=1)["next"]
    assert _read(client, path, sort=default, cursor=cursor), path
    turned = client.get(path, params={"sort": other, "cursor": cursor})
    assert _refused(turned) == "query:cursor", path
    for rubbish in ("", "rubbish", f"{default},{other}", default.upper()):
        answer = client.get(path, params={"sort": rubbish})
        assert _refused(answer) == "query:sort", (path, rubbish)
        assert default in answer.json()["detail"], path
        assert other in answer.json()["detail"], path


def _one_by_one(client: httpx.Client, path: str, sort: str) -> Iterator[Any]:
    """Follow the links from the first row to the last."""
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
    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    (fault,) = answer.json()["errors"]
    return str(fault["pointer"])


def _keys(page: Any, field: str) -> list[Any]:
    return [_key(item[field]) for item in page["items"]]


def _key(value: Any) -> Any:
    try:
        return Decimal(value)
    except InvalidOperation:
        return value
