"""An import of orders large enough to be disturbed, and what must come out of it."""

import csv
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.system.company import Company, once

HEADER = (
    "order_id",
    "ordered_at",
    "customer_external_id",
    "product_code",
    "quantity",
    "unit_price",
    "currency",
)
OVER = frozenset({"succeeded", "failed", "cancelled"})


@dataclass(frozen=True)
class File:
    """A file of orders, and the amounts by customer that a direct computation gives."""

    content: bytes
    lines: int
    orders: int
    amounts: dict[str, Decimal]


def orders_file(*, customers: int = 25, orders: int = 8000, lines: int = 2) -> File:
    """Make up orders; the lines of one order are not together in the file."""
    chance = random.Random(7)
    rows = [
        _row(number, f"C-{number % customers}", chance)
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


def start(company: Company, file: File) -> str:
    """Send the file and give the path of the import."""
    answer = company.send(
        "POST",
        "/v1/imports",
        data={"entity": "orders", "options": _options(company)},
        files={"file": ("orders.csv", file.content)},
        headers=once(),
    )
    assert answer.status_code == 202, answer.text
    return str(answer.headers["Location"])


def customers(company: Company) -> dict[str, str]:
    """Give the ids of the company's customers by their external ids."""
    found = {}
    for item in _each(company, "/v1/customers"):
        for one in item["external_ids"]:
            if one["system"] == company.system:
                found[one["id"]] = item["id"]
    return found


def _each(company: Company, path: str) -> Iterator[Any]:
    page = company.get(path, limit="200")
    yield from page["items"]
    while page["next"]:
        page = company.get(path, limit="200", cursor=page["next"])
        yield from page["items"]


def _options(company: Company) -> str:
    return f'{{"system": "{company.system}", "create_customers": true}}'


def _row(number: int, customer: str, chance: random.Random) -> dict[str, str]:
    return {
        "order_id": f"O-{number}",
        "ordered_at": f"2025-{1 + number % 12:02}-{1 + number % 28:02} 10:00:00",
        "customer_external_id": customer,
        "product_code": f"P-{chance.randrange(50)}",
        "quantity": str(chance.randint(1, 9)),
        "unit_price": f"{chance.randint(1, 500)}.{chance.randrange(100):02}",
        "currency": "CNY",
    }


def _csv(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
