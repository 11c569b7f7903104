"""Several lines of one customer or product: each changes the record as earlier lines left it."""

from threading import Event
from typing import Any

import pytest

from services.registry.transfer.imports import job_records
from services.registry.transfer.imports.models import Import
from services.registry.worker import WORKS
from shared.contracts.registry.customer import CustomerChanged
from shared.contracts.registry.product import ProductChanged
from shared.jobs.runner import Runner
from tests.services.harness import Running
from tests.services.registry.transfer.imports.files import (
    Counts,
    counts,
    import_file,
    run_jobs,
    start_import,
)

TWO = {"system": "two"}
CHUNKS = [1, 2, 500]
"""Lines per chunk: with 1 two adjacent lines are in different chunks, with 500 in the same one."""
MODES = {
    "upsert": (1, 1, 1, 0),
    "insert": (1, 0, 0, 2),
    "update": (0, 0, 0, 3),
}
"""The counts of each file in FILES by mode: created, updated, unchanged and rejected lines."""
FILES = {
    "customers": "external_id,name,city\n1,a,\n1,b,上海\n1,b,\n",
    "products": "code,name,category\n1,a,\n1,b,家电\n1,b,\n",
}


@pytest.fixture(params=CHUNKS)
def chunk_lines(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the test once for each number of lines per chunk in CHUNKS."""
    monkeypatch.setattr(job_records, "CHUNK_LINES", request.param)


def register(registry: Running, *ids: str, **fields: Any) -> None:
    """Register a customer named `old` with these external ids and fields."""
    external_ids = [{"system": "two", "id": external_id} for external_id in ids]
    body = {
        "name": "old",
        "kind": "unknown",
        "nature": "unknown",
        "external_ids": external_ids,
    } | fields
    assert registry.client.post("/v1/customers", json=body).status_code == 201


def customer(registry: Running) -> dict[str, Any]:
    """Return the only registered customer."""
    (found,) = registry.client.get("/v1/customers").json()["items"]
    return dict(found)


def import_customers(registry: Running, *rows: str, **form: Any) -> dict[str, Any]:
    """Import lines of customers with the columns external_id, name, city and phone."""
    content = "\n".join(["external_id,name,city,phone", *rows])
    return import_file(registry, "customers", content, **{"options": TWO} | form)


@pytest.mark.usefixtures("chunk_lines")
def test_lines_by_two_ids_of_one_customer_are_both_applied(registry: Running) -> None:
    register(registry, "1", "2", city="old")
    rows = ["1,new,NEWCITY,", "2,new,,5550 0100"]
    assert counts(import_customers(registry, *rows)) == Counts(updated=2)
    found = customer(registry)
    assert [found[name] for name in ("name", "city", "phone")] == ["new", "NEWCITY", "5550 0100"]
    assert [one["id"] for one in found["external_ids"]] == ["1", "2"]
    assert counts(import_customers(registry, *rows)) == Counts(unchanged=2)
    assert customer(registry)["version"] == found["version"]


@pytest.mark.usefixtures("chunk_lines")
def test_the_later_line_wins_whichever_id_names_the_customer(registry: Running) -> None:
    register(registry, "3", "4")
    import_customers(registry, "4,first,,", "3,last,,")
    assert customer(registry)["name"] == "last"


def test_a_chunk_adds_at_most_one_version_of_a_customer(registry: Running) -> None:
    register(registry, "3", "4")
    rows = ["4,first,,", "3,second,,", "4,last,,"]
    assert counts(import_customers(registry, *rows)) == Counts(updated=3)
    assert customer(registry)["version"] == 2
    import_customers(registry, *rows)
    assert customer(registry)["version"] == 2
    assert len(registry.recorded(CustomerChanged)) == 1


@pytest.mark.both_stacks
def test_lines_that_contradict_each_other_in_two_chunks_are_written_again(
    registry: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_records, "CHUNK_LINES", 1)
    register(registry, "3")
    for versions in (3, 5):
        assert counts(import_customers(registry, "3,first,,", "3,last,,")) == Counts(updated=2)
        found = customer(registry)
        assert (found["name"], found["version"]) == ("last", versions)


@pytest.mark.usefixtures("chunk_lines")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("entity", FILES)
@pytest.mark.parametrize("dry_run", ["false", "true"])
def test_counts_do_not_depend_on_chunks_nor_on_a_dry_run(
    registry: Running, entity: str, mode: str, dry_run: str
) -> None:
    options = {"mode": mode} | (TWO if entity == "customers" else {})
    body = import_file(registry, entity, FILES[entity], options=options, dry_run=dry_run)
    assert counts(body) == MODES[mode]
    items = registry.client.get(f"/v1/{entity}").json()["items"]
    assert len(items) == (dry_run == "false" and mode != "update")


@pytest.mark.usefixtures("chunk_lines")
def test_a_dry_run_counts_changes_of_existing_records_as_the_import_does(registry: Running) -> None:
    register(registry, "1", "2")
    rows = ["1,new,北京,", "2,new,,", "2,new,上海,", "1,new,北京,", "1,old,,", "9,nine,,"]
    tried = import_customers(registry, *rows, dry_run="true")
    assert customer(registry)["version"] == 1
    assert (
        counts(tried)
        == counts(import_customers(registry, *rows))
        == Counts(created=1, updated=4, unchanged=1)
    )


@pytest.mark.both_stacks
@pytest.mark.parametrize("dry_run", ["false", "true"])
def test_counts_are_the_same_when_a_second_worker_continues_an_import(
    registry: Running, monkeypatch: pytest.MonkeyPatch, dry_run: str
) -> None:
    monkeypatch.setattr(job_records, "CHUNK_LINES", 1)
    form = {"options": TWO, "dry_run": dry_run}
    answer = start_import(registry.client, "customers", FILES["customers"], **form)
    location, stop = answer.headers["Location"], Event()
    runner, beats = Runner(registry.database, WORKS), iter(range(100))

    def beat() -> None:
        if registry.client.get(location).json()["processed"] or next(beats) > 50:
            stop.set()

    monkeypatch.setattr(runner, "beat", beat)
    runner._run_unfinished(Import, stop)
    assert registry.client.get(location).json()["processed"] == 1
    run_jobs(registry)
    assert counts(registry.client.get(location).json()) == MODES["upsert"]


def test_the_currency_on_record_stays_unless_the_file_or_its_options_name_another(
    registry: Running,
) -> None:
    priced = "code,name,unit_price\nP1,a,{}\n"
    import_file(registry, "products", "code,name,unit_price,currency\nP1,a,5,USD\n")
    for price, options, currency in (("6", {}, "USD"), ("7", {"currency": "EUR"}, "EUR")):
        import_file(registry, "products", priced.format(price), options=options)
        (found,) = registry.client.get("/v1/products").json()["items"]
        assert (found["unit_price"], found["currency"]) == (price, currency)
    assert len({event.version for event in registry.recorded(ProductChanged)}) == 3


def test_a_first_price_without_a_currency_is_in_the_companys_currency(registry: Running) -> None:
    import_file(registry, "products", "code,name\nP1,a\n")
    import_file(registry, "products", "code,name,unit_price\nP1,a,6\nP2,b,7\n")
    found = registry.client.get("/v1/products").json()["items"]
    assert [one["currency"] for one in found] == ["CNY", "CNY"]
