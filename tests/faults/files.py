"""Import files of orders or customers, and add them to the acknowledged writes."""

import json
from collections.abc import Sequence
from random import Random

from tests.faults.acknowledged import AcknowledgedWrites, Import, Line, Sale
from tests.faults.bodies import SYSTEM
from tests.faults.retrying_client import RetryingClient

FINISHED = frozenset({"succeeded", "failed", "cancelled"})


def import_orders(
    api: RetryingClient,
    acknowledged: AcknowledgedWrites,
    sales: Sequence[Sale],
    *,
    create: bool = False,
) -> str:
    """Import orders and return the location of the import.

    With the 202 the product has promised to import every line.
    """
    rows = [_row(sale, line) for sale in sales for line in sale.lines]
    header = "order_id,ordered_at,customer_external_id,product_code,quantity,unit_price"
    location = _send(api, "orders", [header, *rows], create=create)
    acknowledged.add_import(Import(location, len(rows)), sales, {sale.customer for sale in sales})
    return location


def import_customers(
    api: RetryingClient, acknowledged: AcknowledgedWrites, names: Sequence[str], suffix: str = ""
) -> str:
    """Import customers named by their ids and `suffix`, and return the location of the import."""
    rows = [f"{name},{name}{suffix}" for name in names]
    location = _send(api, "customers", ["external_id,name", *rows])
    acknowledged.add_import(Import(location, len(names)), customers=names)
    return location


def old_orders(prefix: str, count: int, seed: str, customers: int = 40) -> list[Sale]:
    """Return random orders of 2024 with one line each, spread over `customers` customers."""
    random = Random(seed)
    return [
        Sale(
            f"{prefix}-{number}",
            f"{prefix}-c{number % customers}",
            f"2024-{1 + number % 12:02}-{1 + number % 28:02}",
            (Line(f"P-{number % 5}", str(random.randint(1, 9)), f"{random.randint(1, 99)}.5"),),
        )
        for number in range(count)
    ]


def _row(sale: Sale, line: Line) -> str:
    order = f"{sale.name},{sale.day} 10:00:00,{sale.customer}"
    return f"{order},{line.product},{line.quantity},{line.price}"


def _send(api: RetryingClient, entity: str, rows: Sequence[str], *, create: bool = False) -> str:
    """Start an import of a CSV file with these rows; return the path of the import."""
    options = {"system": SYSTEM} | ({"create_customers": True} if create else {})
    answer = api.post(
        "/v1/imports",
        data={"entity": entity, "options": json.dumps(options)},
        files={"file": (f"{entity}.csv", "\n".join(rows).encode())},
    )
    return str(answer.headers["Location"])
