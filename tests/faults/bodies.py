"""Request bodies of the public API."""

from typing import Any

from tests.faults.acknowledged import Sale

SYSTEM = "faults"
"""The system of the external ids of the campaign's customers and orders."""


def external_id(name: str) -> dict[str, str]:
    return {"system": SYSTEM, "id": name}


def path_of(noun: str, name: str) -> str:
    """Return the path of a customer or order by its external id; `noun` is the plural."""
    return f"/v1/{noun}/by-external-id/{SYSTEM}/{name}"


def customer_body(name: str) -> dict[str, Any]:
    return {"name": name, "kind": "person", "nature": "individual"}


def order_body(sale: Sale) -> dict[str, Any]:
    lines = [
        {"product_code": line.product, "quantity": line.quantity, "unit_price": line.price}
        for line in sale.lines
    ]
    return {
        "external_id": external_id(sale.name),
        "customer": external_id(sale.customer),
        "ordered_at": f"{sale.day}T10:00:00+08:00",
        "currency": "CNY",
        "lines": lines,
    }


def questionnaire_body(items: tuple[str, ...]) -> dict[str, Any]:
    """Return a questionnaire with one required rating question from 1 to 5 for each item."""
    return {
        "title": _text("满意度", "Satisfaction"),
        "questions": [
            {
                "type": "rating",
                "code": item,
                "text": _text(item, item),
                "role": "satisfaction",
                "required": True,
                "scale": {"least": 1, "most": 5},
            }
            for item in items
        ],
    }


def _text(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}
