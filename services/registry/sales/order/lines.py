"""Orders parsed from the lines of a file. Pure: their customers are found elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.registry.customers.customer.importing import CustomerIdOptions
from services.registry.sales.order.domain import MAX_LINES, ZERO, Line, Order, line_faults
from services.registry.sales.product.importing import PriceOptions
from shared.files.tables import Line as FileLine
from shared.imports.cells import CODE, CURRENCY, DAY, EXACT, FLAG, NAME, time_cell
from shared.imports.layout import Field, Layout
from shared.imports.specs import Group, Rejected


@dataclass(frozen=True, kw_only=True)
class OrderOptions(CustomerIdOptions, PriceOptions):
    """The options of files of orders.

    `timezone` is that of times without an offset. Quantities above 0 of an order whose id begins
    with `return_prefix` are made negative.
    """

    create_customers: bool = False
    timezone: str
    return_prefix: str | None = None


@dataclass(slots=True)
class Draft:
    """An order as parsed from its lines, before its customer is found.

    `customer` is the customer's id in the system of the file, empty if the order is anonymous.
    """

    customer: str
    order: Order
    lines: Sequence[FileLine]


def fields(zone: ZoneInfo) -> dict[str, Field]:
    """Return the fields of a line of an order; times without an offset are local to `zone`."""
    return {
        "order_id": Field(CODE, "id of the order in `options.system`", required=True),
        "ordered_at": Field(
            time_cell(zone), "time of the order; the earliest of its lines counts", required=True
        ),
        "customer_external_id": Field(
            CODE,
            "id of the customer in `options.system`, the same on all lines of an order; without it "
            "the purchase is anonymous",
        ),
        "anonymous_reference": Field(
            CODE,
            "card, device or receipt of an anonymous shopper (顾客); the one on the first line "
            "counts",
        ),
        "product_code": Field(CODE, "code of the product", required=True),
        "product_name": Field(
            NAME,
            "name of the product for the catalogue; the one on the last valid line in the file "
            "counts",
        ),
        "quantity": Field(EXACT, "quantity, not 0; negative for a returned item", required=True),
        "unit_price": Field(EXACT, "price of one unit, 0 or more", required=True),
        "discount": Field(EXACT, "discount on the whole line, 0 or more; without it 0"),
        "unit_cost": Field(EXACT, "what one unit cost the company, if known"),
        "currency": Field(
            CURRENCY,
            "currency of the order, the same on all its lines; without it `options.currency`",
        ),
        "promised_on": Field(
            DAY, "day by which delivery was promised; the one on the first line counts"
        ),
        "delivered_on": Field(DAY, "day of delivery; the one on the first line counts"),
        "faulty": Field(
            FLAG, "whether something was wrong with the order; it is if any of its lines has yes"
        ),
    }


@dataclass(frozen=True, slots=True)
class OrderParser:
    """Parses the orders of one file."""

    layout: Layout
    options: OrderOptions

    def parse(self, group: Group) -> Draft | list[Rejected]:
        """Parse an order from its lines; one bad line rejects all of them."""
        if group.is_cut:
            fault = self.layout.columns.fault(
                "order_id", f"Give at most {MAX_LINES} lines an order."
            )
            return [Rejected(line, [fault]) for line in group.lines]
        parsed = [self._parse_line(line) for line in group.lines]
        values = [each for each, _ in parsed]
        faults = [wrong for _, wrong in parsed]
        if not any(faults):
            lines = [self._order_line(group.key, each) for each in values]
            faults = [
                [self.layout.columns.fault(*found) for found in line_faults(line)] for line in lines
            ]
            self._add_disagreements(group.lines, values, faults)
        if any(faults):
            return _rejected(group.lines, faults)
        return self._draft(group, values, lines)

    def is_sound(self, line: FileLine) -> bool:
        """Return whether a line could be imported, were it the only one of its order."""
        values, faults = self._parse_line(line)
        return not faults and not list(line_faults(self._order_line(values["order_id"], values)))

    def _parse_line(self, line: FileLine) -> tuple[dict[str, Any], list[str]]:
        values, faults = self.layout.parse(line.cells)
        ragged = [line.fault.message] if line.fault else []
        return values, faults + self._customer_faults(values) + ragged

    def _customer_faults(self, values: Mapping[str, Any]) -> list[str]:
        """Return the fault of a customer's id of which the suffix leaves nothing."""
        field = "customer_external_id"
        try:
            if field in values:
                self.options.customer_id(values[field])
        except ValueError as error:
            return [self.layout.columns.fault(field, str(error))]
        return []

    def _order_line(self, order_id: str, values: Mapping[str, Any]) -> Line:
        quantity, prefix = values["quantity"], self.options.return_prefix
        if prefix and quantity > 0 and order_id.startswith(prefix):
            quantity = -quantity
        return Line(
            values["product_code"],
            quantity,
            values["unit_price"],
            values.get("discount", ZERO),
            values.get("unit_cost"),
        )

    def _add_disagreements(
        self,
        lines: Sequence[FileLine],
        values: Sequence[Mapping[str, Any]],
        faults: Sequence[list[str]],
    ) -> None:
        """Add a fault where lines of an order differ in its customer or its currency.

        The first line and the first that differs from it get the fault, which quotes both.
        """
        for field, normalize in (
            ("customer_external_id", self.options.customer_id),
            ("currency", str),
        ):
            texts = [each.get(field) for each in values]
            normal = [normalize(text) if text else None for text in texts]
            other = next((index for index, one in enumerate(normal) if one != normal[0]), None)
            if other is not None:
                both = [
                    f"{texts[index] or 'nothing'} in line {lines[index].number}"
                    for index in (0, other)
                ]
                message = f"Give the same in all lines of an order: here {both[0]}, {both[1]}."
                faults[0].append(self.layout.columns.fault(field, message))
                faults[other].append(self.layout.columns.fault(field, message))

    def _draft(
        self, group: Group, values: Sequence[Mapping[str, Any]], lines: Sequence[Line]
    ) -> Draft:
        first = values[0]
        ordered_at, occurred_on = min(each["ordered_at"] for each in values)
        order = Order(
            system=self.options.system,
            external_id=group.key,
            customer_id=None,
            anonymous_reference=first.get("anonymous_reference"),
            ordered_at=ordered_at,
            occurred_on=occurred_on,
            currency=first.get("currency", self.options.currency),
            lines=tuple(lines),
            promised_on=first.get("promised_on"),
            delivered_on=first.get("delivered_on"),
            faulty=any(each.get("faulty", False) for each in values),
        )
        customer = first.get("customer_external_id")
        customer_id = self.options.customer_id(customer) if customer else ""
        return Draft(customer_id, order, group.lines)


def assign_customers(
    drafts: Sequence[Draft], customer_ids: Mapping[str, UUID], layout: Layout
) -> tuple[list[Draft], list[Rejected]]:
    """Set the customers of orders by their ids in the file.

    Return the orders that are imported, and the lines of those whose customer is unknown.
    Anonymous orders stay as they are.
    """
    accepted: list[Draft] = []
    rejected: list[Rejected] = []
    for draft in drafts:
        if not draft.customer:
            accepted.append(draft)
        elif draft.customer in customer_ids:
            draft.order = replace(draft.order, customer_id=customer_ids[draft.customer])
            accepted.append(draft)
        else:
            message = "Register this customer first, or set create_customers."
            fault = layout.columns.fault("customer_external_id", message)
            rejected += [Rejected(line, [fault]) for line in draft.lines]
    return accepted, rejected


def _rejected(lines: Sequence[FileLine], faults: Sequence[list[str]]) -> list[Rejected]:
    """Return the lines of an order with their faults; a sound line names the first bad one."""
    bad = next(index for index, wrong in enumerate(faults) if wrong)
    beside = [f"Line {lines[bad].number} of this order is rejected."]
    return [Rejected(line, wrong or beside) for line, wrong in zip(lines, faults, strict=True)]
