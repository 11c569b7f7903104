"""Example files, and helpers that import a file into a running registry and read the result."""

import csv
import io
import json
from threading import Event
from typing import Any, NamedTuple

import httpx

from services.registry.transfer.imports.models import Import
from services.registry.worker import WORKS
from shared.jobs.runner import Runner
from tests.services.harness import Running

HEADER = (
    "order_id,ordered_at,customer_external_id,product_code,product_name,"
    "quantity,unit_price,currency"
)
ORDERS = f"""{HEADER}
A1,2026-01-31 23:59:59,C1,P1,洗衣机,2,10.50,CNY
B1,2026-02-01 00:00:00,,P2,冰箱,1,99,CNY
A1,2026-01-31 22:00:00,C1,P1,洗衣机,2,10.50,CNY
RA1,2026-02-03 09:00:00,C1,P1,洗衣机 8 kg,-1,10.50,CNY
"""
"""Three orders in four lines: A1 of two lines that are not adjacent, the anonymous B1, a return."""
SHOP = {"system": "shop"}
"""The only required option of a file of orders."""
CREATE = SHOP | {"create_customers": True, "return_prefix": "R"}
"""Options with which every line of ORDERS is imported."""


def start_import(
    client: httpx.Client, entity: str, content: str | bytes, **form: Any
) -> httpx.Response:
    """Send a file and the other parts of the form, such as `options`; return the response."""
    data = {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in form.items()
    }
    files = {"file": ("file.csv", content)}
    return client.post("/v1/imports", data={"entity": entity} | data, files=files)


def import_file(
    registry: Running, entity: str, content: str | bytes, **form: Any
) -> dict[str, Any]:
    """Import a file and run its job; return the response body of the import after that."""
    answer = start_import(registry.client, entity, content, **form)
    assert answer.status_code == 202, answer.text
    run_jobs(registry)
    body: dict[str, Any] = registry.client.get(answer.headers["Location"]).json()
    return body


def run_jobs(registry: Running) -> None:
    """Run the jobs of all imports that have not ended, as a worker does."""
    Runner(registry.database, WORKS)._run_unfinished(Import, Event())


class Counts(NamedTuple):
    """The numbers of lines of an import by their outcome."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0


def counts(body: dict[str, Any]) -> Counts:
    """Return the numbers of lines of an import, which must have succeeded, by their outcome."""
    assert body["state"] == "succeeded", body
    found = Counts(**{name: body[name] for name in Counts._fields})
    assert body["processed"] == body["total"] == sum(found)
    return found


def rejected_rows(registry: Running, body: dict[str, Any]) -> list[dict[str, str]]:
    """Return the rows in the file of errors of an import, each as a dict by column."""
    text = registry.client.get(body["errors_url"]).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def orders(registry: Running) -> dict[str, Any]:
    """Return the stored orders by external id."""
    items = registry.client.get("/v1/orders?limit=200").json()["items"]
    return {item["external_id"]["id"]: item for item in items}
