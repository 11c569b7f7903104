"""The requests of the benchmark: lists of customers as screens ask for them."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.bench.figures import Figure, Part, percentile
from deploy.bench.scale import company

ROUNDS = 60
WARM_UP_ROUNDS = 5
MOST_MILLISECONDS = 150
PAGE = 50
DEEP_PAGES = 500
LARGEST_PAGE = 200

Parameters = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class List:
    """A list to read: the API key that reads it, and the queries, which are used in turn."""

    name: str
    key: str
    queries: tuple[Parameters, ...]


def measure(url: str, admin_key: str, *, seed_number: int, count: int) -> Part:
    """Read every list ROUNDS times, in turn with the others, and return the times as figures.

    The requests go through the gateway, one at a time on a connection that stays open.
    """
    with httpx.Client(base_url=url, timeout=60) as http:
        lists = list(_lists(http, admin_key, rare_city=company.rare_city(seed_number, count)))
        times: dict[str, list[float]] = {one.name: [] for one in lists}
        rows: dict[str, int] = {}
        for number in range(ROUNDS + WARM_UP_ROUNDS):
            for one in lists:
                milliseconds, found = _read(http, one, number)
                rows[one.name] = max(found, rows.get(one.name, 0))
                if number >= WARM_UP_ROUNDS:
                    times[one.name].append(milliseconds)
    if empty := [name for name, found in rows.items() if not found]:
        raise RuntimeError(f"These lists are empty, so that their times mean nothing: {empty}")
    about = (
        f"{count:,} customers in PostgreSQL; GET /v1/customers through the gateway, {PAGE} items "
        f"with their scores; p95 of {ROUNDS} requests after {WARM_UP_ROUNDS}"
    )
    return Part(name="lists at scale", about=about, figures=list(_figures(times)), raw=times)


def _figures(times: Mapping[str, list[float]]) -> Iterator[Figure]:
    """Yield the median and the 95th percentile of the times of each list."""
    for name, milliseconds in times.items():
        yield Figure(name=f"{name}, p50", value=percentile(milliseconds, 0.5), unit="ms")
        yield Figure(
            name=f"{name}, p95",
            value=percentile(milliseconds, 0.95),
            unit="ms",
            most=MOST_MILLISECONDS,
        )


def _read(http: httpx.Client, one: List, number: int) -> tuple[float, int]:
    """Send one request; return the milliseconds until its answer is read, and its items."""
    query = one.queries[number % len(one.queries)]
    began = time.perf_counter()
    answer = _get(http, one.key, query)
    return (time.perf_counter() - began) * 1000, len(answer["items"])


def _get(http: httpx.Client, key: str, query: Parameters) -> dict[str, Any]:
    """Return the answer to GET /v1/customers with these parameters."""
    headers = {"Authorization": f"Bearer {key}"}
    answer = http.get("/v1/customers", params=dict(query), headers=headers)
    return dict(answer.raise_for_status().json())


def _lists(http: httpx.Client, admin_key: str, *, rare_city: str) -> Iterator[List]:
    """Yield the lists to read; their values are the rare and the frequent ones of the company."""
    points: Parameters = {"sort": "-value_points", "include": "score", "limit": PAGE}
    by_id: Parameters = {"include": "score", "limit": PAGE}
    frequent_city = company.CITIES_AND_TOWNS[0].name
    team_key = _team_key(http, admin_key)
    yield List("team reader, by points", team_key, (points,))
    yield List("team reader, by name", team_key, ({**by_id, "sort": "name"},))
    yield List("team reader, a total", team_key, ({**points, "count": "true"},))
    yield List("rare city, by points", admin_key, ({**points, "city": rare_city},))
    yield List("frequent city, by points", admin_key, ({**points, "city": frequent_city},))
    yield List("tag, rare", admin_key, ({**points, "tag": company.TAGS[-1]},))
    yield List("tag, frequent", admin_key, ({**points, "tag": company.TAGS[0]},))
    yield List("class A, by points", admin_key, ({**points, "class": "A"},))
    yield List("without a class, by points", admin_key, ({**points, "without": "class"},))
    without_tags: Parameters = {**points, "without": "tag", "count": "true"}
    yield List("without tags, a total", admin_key, (without_tags,))
    yield List("deep cursor, by points", admin_key, (_deep(http, admin_key, points),))
    searches = ("C0001234", "南京 商贸", "王建国", "鸿榆 有限公司", "wang", "松壑县")
    yield List("q", admin_key, tuple({**by_id, "q": words} for words in searches))
    yield List("a total", admin_key, ({**points, "count": "true"},))
    yield List("facets", admin_key, ({**points, "facets": "class,rung"},))


def _team_key(http: httpx.Client, admin_key: str) -> str:
    """Create and return the text of an API key that sees the customers of one team."""
    team_id = dict(company.team_ids())[company.team(7)]
    body = {"name": "bench", "scopes": ["read"], "rows": "team", "team": team_id}
    headers = {"Authorization": f"Bearer {admin_key}"}
    created = http.post("/v1/api-keys", json=body, headers=headers).raise_for_status()
    return str(created.json()["key"])


def _deep(http: httpx.Client, key: str, query: Parameters) -> Parameters:
    """Return the query of a page behind DEEP_PAGES pages of the greatest length."""
    cursor: Parameters = {}
    for _ in range(DEEP_PAGES):
        page = _get(http, key, {**query, "limit": LARGEST_PAGE, **cursor})
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    return {**query, **cursor}
