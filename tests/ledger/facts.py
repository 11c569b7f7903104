"""The facts and answers that the steps of the ledger contain."""

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
    """The sum of the bought or of the returned lines of one order."""

    customer: str
    day: date
    is_purchase: bool
    amount: Decimal
    currency: str


@dataclass
class Records:
    """All customers by their first id, all facts, and all answers (customer, moment, items)."""

    customers: dict[str, dict[str, Any]] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    answers: list[tuple[str | None, datetime, list[Decimal]]] = field(default_factory=list)


def name(external_id: dict[str, str]) -> str:
    """Return an external id as text, `system:id`."""
    return f"{external_id['system']}:{external_id['id']}"


def read(steps: list[dict[str, Any]], items: list[dict[str, Any]]) -> Records:
    """Return the records after all steps; a later body of an order replaces the earlier one."""
    records, first_names, orders = Records(), {}, {}
    for step in steps:
        body = step["body"]
        if step["do"] == "customer":
            names = [name(external_id) for external_id in body["external_ids"]]
            first_names.update(dict.fromkeys(names, names[0]))
            records.customers[names[0]] = {**body, "sort": min(names)}
        elif step["do"] == "order":
            orders[name(body["external_id"])] = body
        else:
            customer = body["customer"] and first_names[name(body["customer"])]
            records.answers.append(
                (customer, moment(body["submitted_at"]), rescaled_items(body, items))
            )
    for body in orders.values():
        if body["customer"]:
            records.facts += facts_of(body, first_names[name(body["customer"])])
    return records


def moment(written: str) -> datetime:
    """Parse a time, and convert it to the company's time zone."""
    return datetime.fromisoformat(written).astimezone(ZONE)


def rescaled_items(body: dict[str, Any], items: list[dict[str, Any]]) -> list[Decimal]:
    """Map each answered satisfaction item to 0..100."""
    satisfaction_items = [item for item in items if item["role"] == "satisfaction"]
    return [
        100 * Decimal(value - item["least"]) / (item["most"] - item["least"])
        for item in satisfaction_items
        if (value := body["answers"].get(item["code"])) not in (None, *item["missing"])
    ]


def facts_of(order: dict[str, Any], customer: str) -> Iterator[Fact]:
    """Yield a fact for the bought lines and one for the returned lines, if there are any."""
    amounts: dict[bool, list[Decimal]] = defaultdict(list)
    for line in order["lines"]:
        quantity = Decimal(line["quantity"])
        discount = Decimal(line.get("discount", "0"))
        amount = quantity * Decimal(line["unit_price"])
        amount += -discount if quantity > 0 else discount
        amounts[quantity > 0].append(amount)
    day = moment(order["ordered_at"]).date()
    for is_purchase, parts in amounts.items():
        yield Fact(customer, day, is_purchase, sum(parts, ZERO), order["currency"])
