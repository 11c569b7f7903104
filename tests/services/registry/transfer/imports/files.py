"""Files for the registry: start an import, work on it, and read its result."""

import csv
import io
import json
from threading import Event
from typing import Any

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
SHOP = {"system": "shop"}
CREATE = SHOP | {"create_customers": True, "return_prefix": "R"}


def start_import(
    client: httpx.Client, entity: str, content: str | bytes, **form: Any
) -> httpx.Response:
    """Send a file with the other parts of the form; return the answer."""
    data = {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in form.items()
    }
    files = {"file": ("file.csv", content)}
    return client.post("/v1/imports", data={"entity": entity} | data, files=files)


def import_file(
    registry: Running, entity: str, content: str | bytes, **form: Any
) -> dict[str, Any]:
    """Import a file; return the import as it is when its job has ended."""
    answer = start_import(registry.client, entity, content, **form)
    assert answer.status_code == 202, answer.text
    run_jobs(registry)
    body: dict[str, Any] = registry.client.get(answer.headers["Location"]).json()
    return body


def run_jobs(registry: Running) -> None:
    """Run the jobs of all unfinished imports."""
    Runner(registry.database, WORKS)._run_unfinished(Import, Event())


def counts(body: dict[str, Any]) -> tuple[int, int, int, int]:
    """Return the created, updated, unchanged and rejected lines of an import that succeeded."""
    assert body["state"] == "succeeded", body
    four = body["created"], body["updated"], body["unchanged"], body["rejected"]
    assert body["processed"] == body["total"] == sum(four)
    return four


def rejected_rows(registry: Running, body: dict[str, Any]) -> list[dict[str, str]]:
    """Return the rows of the errors file of an import."""
    text = registry.client.get(body["errors_url"]).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def orders(registry: Running) -> dict[str, Any]:
    """Return the orders on record by their external ids."""
    items = registry.client.get("/v1/orders?limit=200").json()["items"]
    return {item["external_id"]["id"]: item for item in items}
