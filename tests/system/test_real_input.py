"""Real data sets through the public API on the real stack, compared with the files themselves."""

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from deploy.bench import online_retail
from deploy.bench.online_retail import Shop
from deploy.local.kafka import Kafka
from tests.services.survey.fieldwork.imports import airline
from tests.system import topics
from tests.system.product import Running, eventually, started

RETAIL_SECONDS = 240
AIRLINE_SECONDS = 90
CODES = frozenset(airline.CODES.values())
PAGE = 200
ORDERS = "patron.registry.order.events.v1"
RESPONSES = "patron.survey.response.events.v1"

needs_retail = pytest.mark.skipif(
    not online_retail.FILE.exists(), reason=f"{online_retail.FILE} is not on this machine"
)
needs_airline = pytest.mark.skipif(
    not airline.FILE.exists(), reason=f"{airline.FILE} is not on this machine"
)


@pytest.fixture(scope="module")
def broker(new_broker: Callable[[], AbstractContextManager[Kafka]]) -> Iterator[str]:
    with new_broker() as server:
        yield server.bootstrap


@pytest.fixture(scope="module")
def product(
    tmp_path_factory: pytest.TempPathFactory,
    broker: str,
    new_database: Callable[[], AbstractContextManager[str]],
) -> Iterator[Running]:
    with new_database() as url:
        settings = {
            "PATRON_DATABASE_URL": url,
            "PATRON_KAFKA_BOOTSTRAP": broker,
            "PATRON_CURRENCY": online_retail.CURRENCY,
        }
        with started("real", tmp_path_factory.mktemp("real"), settings) as running:
            yield running


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return online_retail.unpack(tmp_path_factory.mktemp("files") / "online_retail.csv")


@pytest.fixture(scope="module")
def shop() -> Shop:
    return online_retail.read()


@pytest.fixture(scope="module")
def first(product: Running, file: Path, shop: Shop) -> dict[str, Any]:
    """Import Online Retail, wait until classes are computed, and return the finished import."""
    finished = _import(product, "/v1/imports", file, _retail(), seconds=RETAIL_SECONDS)
    eventually(lambda: Decimal(_abc(product)["total"]) == shop.total, seconds=RETAIL_SECONDS)
    return finished


@needs_retail
def test_every_line_is_imported_or_rejected(first: dict[str, Any], shop: Shop) -> None:
    assert shop.rejected == {"A563186", "A563187"}
    counts = {name: first[name] for name in ("created", "updated", "unchanged", "rejected")}
    assert counts == {
        "created": shop.lines - shop.rejected_lines,
        "updated": 0,
        "unchanged": 0,
        "rejected": 2,
    }
    assert first["processed"] == first["total"] == shop.lines == 541_909


@needs_retail
def test_the_rejected_lines_are_returned_with_the_reason(
    product: Running, first: dict[str, Any], shop: Shop
) -> None:
    answer = product.client.get(first["errors_url"]).text
    lines = list(csv.DictReader(answer.removeprefix("\ufeff").splitlines()))
    assert {line["InvoiceNo"] for line in lines} == shop.rejected
    assert all("unit_price" in line["errors"] for line in lines)


@needs_retail
@pytest.mark.usefixtures("first")
def test_every_order_is_published_once(broker: str, shop: Shop) -> None:
    orders = {order["external_id"]["id"]: order for _, order in topics.events(broker, ORDERS)}
    assert topics.sizes(broker)[ORDERS] == len(shop.orders)
    assert orders.keys() == shop.orders
    assert sum(len(order["lines"]) for order in orders.values()) == shop.lines - shop.rejected_lines
    anonymous = {name for name, order in orders.items() if order["customer_id"] is None}
    assert anonymous == shop.anonymous


@needs_retail
@pytest.mark.usefixtures("first")
def test_the_catalogue_has_the_latest_names(product: Running, shop: Shop) -> None:
    found = {one["code"]: one["name"] for one in _all(product, "/v1/products")}
    assert found == shop.products


@needs_retail
@pytest.mark.usefixtures("first")
def test_net_revenue_of_every_customer_is_exact(product: Running, shop: Shop) -> None:
    names, scores = _names(product), _all(product, "/v1/scores")
    found = {names[one["customer_id"]]: Decimal(one["revenue"]) for one in scores}
    assert found == {name: buyer.value for name, buyer in shop.buyers.items()}
    points = {names[one["customer_id"]]: Decimal(one["value_points"]) for one in scores}
    assert points == {name: value / 100_000 for name, value in found.items()}


@needs_retail
@pytest.mark.usefixtures("first")
@pytest.mark.parametrize("method", ["count", "value"])
def test_the_abc_table_is_that_of_the_file(product: Running, shop: Shop, method: str) -> None:
    expected = online_retail.classes(shop, method)
    table = _abc(product, method=method)
    assert table["n"] == sum(len(one.members) for one in expected.values())
    assert (Decimal(table["total"]), table["currency"]) == (shop.total, "GBP")
    found = {
        row["class"]: (row["customers"], Decimal(row["value"]), Decimal(row["threshold"]))
        for row in table["classes"]
    }
    assert found == {
        name: (len(one.members), one.value, one.threshold) for name, one in expected.items()
    }


@needs_retail
@pytest.mark.usefixtures("first")
def test_every_customer_is_in_the_class_of_the_file(product: Running, shop: Shop) -> None:
    names = _names(product)
    members = defaultdict(set)
    for one in _all(product, "/v1/scores"):
        members[one["class"]].add(names[one["customer_id"]])
    bought = {name for name, buyer in shop.buyers.items() if buyer.days}
    expected = {name: one.members for name, one in online_retail.classes(shop, "count").items()}
    assert members == {None: shop.buyers.keys() - bought} | expected


@needs_retail
@pytest.mark.usefixtures("first")
def test_the_ladder_of_a_past_date_is_that_of_the_file(product: Running, shop: Shop) -> None:
    day = online_retail.LAST_DAY
    answer = product.client.get("/v1/portfolio/ladder", params={"as_of": day.isoformat()}).json()
    found = {row["rung"]: (row["customers"], Decimal(row["revenue"])) for row in answer["rungs"]}
    expected = online_retail.ladder(shop, day)
    assert {rung: row for rung, row in found.items() if row[0]} == expected
    assert answer["n"] == len(shop.buyers)


@needs_retail
@pytest.mark.timeout(RETAIL_SECONDS + 60)
@pytest.mark.usefixtures("first")
def test_importing_again_changes_nothing_and_publishes_nothing(
    product: Running, broker: str, file: Path, shop: Shop
) -> None:
    before = _registry_topics(broker)
    again = _import(product, "/v1/imports", file, _retail(), seconds=RETAIL_SECONDS)
    assert (again["unchanged"], again["rejected"]) == (shop.lines - shop.rejected_lines, 2)
    assert again["processed"] == shop.lines
    assert _registry_topics(broker) == before


@needs_airline
@pytest.mark.timeout(3 * AIRLINE_SECONDS)
def test_the_answers_of_an_airline_are_published_as_they_were_imported(
    product: Running, broker: str, tmp_path: Path
) -> None:
    file = tmp_path / "airline.csv"
    file.write_bytes(gzip.decompress(airline.FILE.read_bytes()))
    survey = airline.open_survey(product.client)
    form = {"mapping": json.dumps(airline.MAPPING), "options": json.dumps({"system": "airline"})}
    path = f"/v1/surveys/{survey}/imports"
    imported = _import(product, path, file, form, seconds=AIRLINE_SECONDS)
    assert (imported["created"], imported["rejected"]) == (25_976, 0)
    expected = airline.index()
    ask = partial(_json, product, "/v1/portfolio/satisfaction", survey=survey)
    eventually(lambda: ask()["n"] == expected.n, seconds=AIRLINE_SECONDS)
    found = [ask()[name] for name in ("index", "low", "high")]
    assert found == pytest.approx([expected.index, expected.low, expected.high], abs=1e-9)
    assert airline.means(_published_answers(broker, survey)) == airline.means(airline.answers())


def _retail() -> dict[str, str]:
    """Return the form fields of an import of the Online Retail data set."""
    return {
        "entity": "orders",
        "mapping": json.dumps(online_retail.MAPPING),
        "options": json.dumps(online_retail.OPTIONS),
    }


def _import(
    product: Running, path: str, file: Path, form: dict[str, str], *, seconds: float
) -> dict[str, Any]:
    """Send a file, wait until its import has ended, and return the import."""
    with file.open("rb") as content:
        queued = product.client.post(path, data=form, files={"file": (file.name, content)})
    assert queued.status_code == 202, queued.text
    location = queued.headers["Location"]
    eventually(
        lambda: _json(product, location)["state"] not in ("queued", "running"), seconds=seconds
    )
    finished = _json(product, location)
    assert finished["state"] == "succeeded", finished
    return finished


def _json(product: Running, path: str, **parameters: str | int) -> dict[str, Any]:
    """Return the response body of a GET, which must succeed."""
    answer = product.client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _abc(product: Running, *, method: str = "count") -> dict[str, Any]:
    return _json(product, "/v1/portfolio/abc", method=method)


def _all(product: Running, path: str) -> list[dict[str, Any]]:
    """Return the items of all pages of a list."""
    page = _json(product, path, limit=PAGE)
    found = list(page["items"])
    while page["next"]:
        page = _json(product, path, limit=PAGE, cursor=page["next"])
        found += page["items"]
    return found


def _names(product: Running) -> dict[str, str]:
    """Return the external id of each customer by id."""
    customers = _all(product, "/v1/customers")
    return {one["id"]: one["external_ids"][0]["id"] for one in customers}


def _registry_topics(broker: str) -> dict[str, int]:
    sizes = topics.sizes(broker)
    return {name: size for name, size in sizes.items() if name.startswith("patron.registry.")}


def _published_answers(broker: str, survey: str) -> Iterator[dict[str, int]]:
    """Yield the answers of each published response, without those that mean "no answer"."""
    for _, response in topics.events(broker, RESPONSES):
        answers = response["answers"].items()
        if response["survey_id"] == survey:
            yield {code: value for code, value in answers if code in CODES and value != 0}
