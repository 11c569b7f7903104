"""An import of orders that takes long enough to be interrupted, and its expected result."""

import csv
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.system.company import Company, idempotency_header

HEADER = (
    "order_id",
    "ordered_at",
    "customer_external_id",
    "product_code",
    "quantity",
    "unit_price",
    "currency",
)
FINISHED = frozenset({"succeeded", "failed", "cancelled"})


@dataclass(frozen=True)
class File:
    """A file of orders, its numbers of lines and orders, and the sum of amounts per customer."""

    content: bytes
    lines: int
    orders: int
    amounts: dict[str, Decimal]


def orders_file(*, customers: int = 25, orders: int = 8000, lines: int = 2) -> File:
    """Return a file of random orders; the lines of one order are not adjacent in the file."""
    generator = random.Random(7)
    rows = [
        _row(number, f"C-{number % customers}", generator)
        for _ in range(lines)
        for number in range(orders)
    ]
    amounts: dict[str, Decimal] = {}
    for row in rows:
        amount = Decimal(row["quantity"]) * Decimal(row["unit_price"])
        amounts[row["customer_external_id"]] = (
            amounts.get(row["customer_external_id"], Decimal(0)) + amount
        )
    return File(_csv(rows), len(rows), orders, amounts)


def start_import(company: Company, file: File) -> str:
    """Send the file and return the location of the import."""
    answer = company.send(
        "POST",
        "/v1/imports",
        data={"entity": "orders", "options": _options(company)},
        files={"file": ("orders.csv", file.content)},
        headers=idempotency_header(),
    )
    assert answer.status_code == 202, answer.text
    return str(answer.headers["Location"])


def ids_by_external_id(company: Company) -> dict[str, str]:
    """Return the product's ids of the company's customers, by external id."""
    found = {}
    for item in _all_items(company, "/v1/customers"):
        for one in item["external_ids"]:
            if one["system"] == company.system:
                found[one["id"]] = item["id"]
    return found


def _all_items(company: Company, path: str) -> Iterator[Any]:
    """Yield the items of all pages of a list."""
    page = company.get(path, limit="200")
    yield from page["items"]
    while page["next"]:
        page = company.get(path, limit="200", cursor=page["next"])
        yield from page["items"]


def _options(company: Company) -> str:
    return f'{{"system": "{company.system}", "create_customers": true}}'


def _row(number: int, customer: str, generator: random.Random) -> dict[str, str]:
    """Return the random line of order `number`, which has only this line."""
    return {
        "order_id": f"O-{number}",
        "ordered_at": f"2025-{1 + number % 12:02}-{1 + number % 28:02} 10:00:00",
        "customer_external_id": customer,
        "product_code": f"P-{generator.randrange(50)}",
        "quantity": str(generator.randint(1, 9)),
        "unit_price": f"{generator.randint(1, 500)}.{generator.randrange(100):02}",
        "currency": "CNY",
    }


def _csv(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
