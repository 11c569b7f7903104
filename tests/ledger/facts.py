"""The ledger's steps, read into facts and answers."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
ZERO = Decimal(0)


@dataclass(frozen=True)
class Fact:
    """The positive or the negative lines of one order."""

    customer: str
    day: date
    purchase: bool
    amount: Decimal
    currency: str


@dataclass
class Book:
    """What the steps leave: customers by first id, facts, answers (customer, time, items)."""

    customers: dict[str, dict[str, Any]] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    answers: list[tuple[str | None, datetime, list[Decimal]]] = field(default_factory=list)


def name(external_id: dict[str, str]) -> str:
    """Write an external id as text."""
    return f"{external_id['system']}:{external_id['id']}"


def read(steps: list[dict[str, Any]], items: list[dict[str, Any]]) -> Book:
    """Apply the steps: the last body of an order counts."""
    book, first, orders = Book(), {}, {}
    for step in steps:
        body = step["body"]
        if step["do"] == "customer":
            names = [name(external_id) for external_id in body["external_ids"]]
            first.update(dict.fromkeys(names, names[0]))
            book.customers[names[0]] = {**body, "sort": min(names)}
        elif step["do"] == "order":
            orders[name(body["external_id"])] = body
        else:
            who = body["customer"] and first[name(body["customer"])]
            book.answers.append((who, moment(body["submitted_at"]), rescaled(body, items)))
    for body in orders.values():
        if body["customer"]:
            book.facts += facts_of(body, first[name(body["customer"])])
    return book


def moment(written: str) -> datetime:
    """Read a time into the business zone."""
    return datetime.fromisoformat(written).astimezone(ZONE)


def rescaled(body: dict[str, Any], items: list[dict[str, Any]]) -> list[Decimal]:
    """Put the satisfaction items that were answered on 0..100."""
    asked = [item for item in items if item["role"] == "satisfaction"]
    return [
        100 * Decimal(given - item["least"]) / (item["most"] - item["least"])
        for item in asked
        if (given := body["answers"].get(item["code"])) not in (None, *item["missing"])
    ]


def facts_of(order: dict[str, Any], customer: str) -> Iterator[Fact]:
    """Split an order into a purchase and a return."""
    amounts: dict[bool, list[Decimal]] = defaultdict(list)
    for line in order["lines"]:
        quantity = Decimal(line["quantity"])
        discount = Decimal(line.get("discount", "0"))
        amount = quantity * Decimal(line["unit_price"])
        amount += -discount if quantity > 0 else discount
        amounts[quantity > 0].append(amount)
    day = moment(order["ordered_at"]).date()
    for purchase, parts in amounts.items():
        yield Fact(customer, day, purchase, sum(parts, ZERO), order["currency"])
