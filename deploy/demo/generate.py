"""Write the demo company as the files that a real company would import."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from deploy.demo.answers import Answer, answers
from deploy.demo.catalogue import CATALOGUE, Product
from deploy.demo.customers import Customer, customers
from deploy.demo.orders import Order, orders, purchase_history, shoppers
from deploy.demo.story import SEED, WAVES

Row: TypeAlias = dict[str, object]

PRODUCTS, CUSTOMERS, ORDERS = "products.csv", "customers.csv", "orders.csv"
RETURN_PREFIX = "R"
CURRENCY = "CNY"
SYSTEM = "demo"
"""The system of the external ids of the demo's customers, orders and respondents."""
TAG = "demo"
"""The tag of the demo's customers, by which they are listed beside customers of a real company."""
CODE_PREFIX = "DEMO-"
"""The beginning of the demo's product codes, as codes have no system."""


def colleague_name(name: str) -> str:
    """Return the name of a user or team of the demo, which no team of a real company has."""
    return f"{SYSTEM} {name}"


def answers_file(wave: str) -> str:
    """Return the name of the file with a wave's answers."""
    return f"answers-{wave}.csv"


def generate(into: Path, seed: int = SEED) -> None:
    """Write the files of products, customers, orders and each wave's answers into a folder."""
    into.mkdir(parents=True, exist_ok=True)
    people = customers(seed)
    histories = [purchase_history(customer, seed) for customer in people]
    bought = [purchase for history in histories for purchase in history.purchases]
    _write_csv(into / PRODUCTS, map(_product_row, CATALOGUE))
    _write_csv(into / CUSTOMERS, map(_customer_row, people))
    _write_csv(into / ORDERS, _order_rows(orders([*bought, *shoppers(seed)])))
    for wave in WAVES:
        _write_csv(into / answers_file(wave.code), map(_answer_row, answers(histories, wave, seed)))


def _write_csv(path: Path, rows: Iterable[Row]) -> None:
    """Write rows as a CSV file; the header has the column names of the first row."""
    rest = iter(rows)
    first = next(rest)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(first), lineterminator="\n")
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(rest)


def _product_row(product: Product) -> Row:
    return {
        "code": CODE_PREFIX + product.code,
        "name": product.name,
        "name_en": product.name_en,
        "category": product.category,
        "unit_price": product.list_price,
        "currency": CURRENCY,
        "lifetime_days": product.lifetime_days,
        "purchase_cycle_days": product.cycle_days,
    }


def _customer_row(customer: Customer) -> Row:
    return {
        "external_id": customer.external_id,
        "name": customer.name.zh,
        "name_en": customer.name.en,
        "kind": "person" if customer.is_person else "organisation",
        "nature": customer.segment.nature,
        "ownership": customer.ownership,
        "retail_format": customer.segment.retail_format,
        "city": customer.city.name,
        "owner": customer.owner and colleague_name(customer.owner),
        "team": colleague_name(customer.team),
        "email": customer.email,
        "phone": customer.phone,
        "internal": _boolean_text(customer.internal),
        "tags": TAG,
    }


def _order_rows(placed: Iterable[Order]) -> Iterator[Row]:
    """Yield a row for each line of each order."""
    for order in placed:
        for line in order.lines:
            yield {
                "order_id": order.order_id,
                "ordered_at": order.ordered_at.isoformat(),
                "customer_external_id": order.customer,
                "product_code": CODE_PREFIX + line.product.code,
                "product_name": line.product.name,
                "quantity": line.quantity,
                "unit_price": line.unit_price,
                "currency": CURRENCY,
                "discount": line.discount,
                "unit_cost": line.product.unit_cost,
                "promised_on": order.promised_on,
                "delivered_on": order.delivered_on,
                "faulty": _boolean_text(order.faulty),
            }


def _answer_row(answer: Answer) -> Row:
    return {
        "respondent_external_id": answer.respondent,
        "submitted_at": answer.submitted_at.isoformat(),
        "channel": answer.channel,
        **answer.answers,
    }


def _boolean_text(value: bool | None) -> str:  # noqa: FBT001 - a cell's value, not a switch
    """Return true or false as a cell of a file; an unknown value (None) is an empty cell."""
    return "" if value is None else str(value).lower()
