"""Files that clients import, and what has to become of them."""

import json
from collections.abc import Sequence
from random import Random

from tests.faults.bodies import SYSTEM
from tests.faults.book import Book, Import, Line, Sale
from tests.faults.door import Door

OVER = frozenset({"succeeded", "failed", "cancelled"})


def orders(door: Door, book: Book, sales: Sequence[Sale], *, create: bool = False) -> str:
    """Import orders and give where to read of it; 202 promises that every line is taken."""
    rows = [_row(sale, line) for sale in sales for line in sale.lines]
    head = "order_id,ordered_at,customer_external_id,product_code,quantity,unit_price"
    place = _send(door, "orders", [head, *rows], create=create)
    book.file(Import(place, len(rows)), sales, {sale.customer for sale in sales})
    return place


def customers(door: Door, book: Book, names: Sequence[str], said: str = "") -> str:
    """Import customers, each `said` another version of them, and give where to read of it."""
    rows = [f"{name},{name}{said}" for name in names]
    place = _send(door, "customers", ["external_id,name", *rows])
    book.file(Import(place, len(names)), customers=names)
    return place


def many(prefix: str, count: int, seed: str, customers: int = 40) -> list[Sale]:
    """Make up a company's old orders."""
    chance = Random(seed)
    return [
        Sale(
            f"{prefix}-{number}",
            f"{prefix}-c{number % customers}",
            f"2024-{1 + number % 12:02}-{1 + number % 28:02}",
            (Line(f"P-{number % 5}", str(chance.randint(1, 9)), f"{chance.randint(1, 99)}.5"),),
        )
        for number in range(count)
    ]


def _row(sale: Sale, line: Line) -> str:
    order = f"{sale.name},{sale.day} 10:00:00,{sale.customer}"
    return f"{order},{line.product},{line.quantity},{line.price}"


def _send(door: Door, entity: str, rows: Sequence[str], *, create: bool = False) -> str:
    options = {"system": SYSTEM} | ({"create_customers": True} if create else {})
    answer = door.post(
        "/v1/imports",
        data={"entity": entity, "options": json.dumps(options)},
        files={"file": (f"{entity}.csv", "\n".join(rows).encode())},
    )
    return str(answer.headers["Location"])
