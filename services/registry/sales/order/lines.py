"""Parsing orders from the lines of a file.

All functions are pure: the ids of the customers are an argument of `assign_customers`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.registry.customers.customer.importing import CustomerIdOptions
from services.registry.sales.order.domain import MAX_LINES, ZERO, Line, Order, line_faults
from services.registry.sales.order.problems import LINES_DIFFER, OTHER_LINE_REJECTED
from services.registry.sales.product.importing import PriceOptions
from shared.errors import Fault, InvalidValue
from shared.faults import TOO_MANY, UNKNOWN_CUSTOMER
from shared.files.tables import Line as FileLine
from shared.imports.cells import CODE, CURRENCY, DAY, EXACT, FLAG, NAME, time_cell
from shared.imports.layout import Field, Layout
from shared.imports.specs import Group, Rejected


@dataclass(frozen=True, kw_only=True)
class OrderOptions(CustomerIdOptions, PriceOptions):
    """The options of files of orders.

    Times without an offset are local to `timezone`. In an order whose id begins with
    `return_prefix`, quantities above 0 are made negative.
    """

    create_customers: bool = False
    timezone: str
    return_prefix: str | None = None


@dataclass(slots=True)
class Draft:
    """An order that was parsed from its lines, and whose customer is not looked up yet.

    `customer` is the customer's id in the system from which the file comes; it is empty for an
    anonymous order.
    """

    customer: str
    order: Order
    lines: Sequence[FileLine]


def fields(zone: ZoneInfo) -> dict[str, Field]:
    """Return the fields of a line in a file; times without an offset are local to `zone`."""
    return {
        "order_id": Field(CODE, "id of the order in `options.system`", required=True),
        "ordered_at": Field(
            time_cell(zone),
            "time of the order; if its lines have different times, the earliest one",
            required=True,
        ),
        "customer_external_id": Field(
            CODE,
            "id of the customer in `options.system`, the same on all lines of an order; without it "
            "the purchase is anonymous",
        ),
        "anonymous_reference": Field(
            CODE,
            "card, device or receipt of an anonymous shopper (顾客); taken from the first line of "
            "the order",
        ),
        "product_code": Field(CODE, "code of the product", required=True),
        "product_name": Field(
            NAME,
            "name of the product for the catalogue; taken from the last valid line of the product "
            "in the file",
        ),
        "quantity": Field(
            EXACT, "quantity, not 0; of a returned item with a `-` before it", required=True
        ),
        "unit_price": Field(EXACT, "price of one unit, 0 or more", required=True),
        "discount": Field(EXACT, "discount on the whole line, 0 or more; without it 0"),
        "unit_cost": Field(EXACT, "what one unit cost the company, if known"),
        "currency": Field(
            CURRENCY,
            "currency of the order, the same on all its lines; without it `options.currency`",
        ),
        "promised_on": Field(
            DAY, "day by which delivery was promised; taken from the first line of the order"
        ),
        "delivered_on": Field(DAY, "day of delivery; taken from the first line of the order"),
        "faulty": Field(
            FLAG, "whether something was wrong with the order; yes on one of its lines is enough"
        ),
    }


@dataclass(frozen=True, slots=True)
class OrderParser:
    """Parses orders from the lines of one file with this layout and these options."""

    layout: Layout
    options: OrderOptions

    def parse(self, group: Group) -> Draft | list[Rejected]:
        """Return the order of a group of lines, or all lines as rejected if one is invalid."""
        if group.is_cut:
            advice = "Give at most {max} lines an order."
            fault = Fault("order_id", TOO_MANY, advice, max=MAX_LINES)
            return [Rejected(line, [fault]) for line in group.lines]
        parsed = [self._parse_line(line) for line in group.lines]
        values = [line_values for line_values, _ in parsed]
        faults = [cell_faults for _, cell_faults in parsed]
        if not any(faults):
            lines = [self._order_line(group.key, line_values) for line_values in values]
            faults = [list(line_faults(line)) for line in lines]
            self._add_disagreements(group.lines, values, faults)
        if any(faults):
            return _rejected(group.lines, faults)
        return self._draft(group, values, lines)

    def is_valid(self, line: FileLine) -> bool:
        """Return whether a line has no fault by itself, whatever the order's other lines have."""
        values, faults = self._parse_line(line)
        return not faults and not list(line_faults(self._order_line(values["order_id"], values)))

    def _parse_line(self, line: FileLine) -> tuple[dict[str, Any], list[Fault]]:
        """Return the values of a line by field, and its faults."""
        values, faults = self.layout.parse(line.cells)
        faults_of_length = [line.fault] if line.fault else []
        return values, faults + self._customer_faults(values) + faults_of_length

    def _customer_faults(self, values: Mapping[str, Any]) -> list[Fault]:
        """Return a fault if the customer's id is empty without the suffix; otherwise none."""
        field = "customer_external_id"
        try:
            if field in values:
                self.options.customer_id(values[field])
        except InvalidValue as error:
            return [error.fault.at(field)]
        return []

    def _order_line(self, order_id: str, values: Mapping[str, Any]) -> Line:
        """Return the order line with these values; in a return its quantity is negative."""
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
        faults: Sequence[list[Fault]],
    ) -> None:
        """Add a fault if the lines of an order have different customers or currencies.

        The fault is added for the first line and for the first line that differs from it, and it
        quotes both values. `faults` has a list for each line.
        """
        for field, normalize in (
            ("customer_external_id", self.options.customer_id),
            ("currency", str),
        ):
            texts = [line_values.get(field) for line_values in values]
            normalized = [normalize(text) if text else None for text in texts]
            other = next(
                (index for index, text in enumerate(normalized) if text != normalized[0]), None
            )
            if other is not None:
                fault = _disagreement(
                    field, (texts[0], lines[0].number), (texts[other], lines[other].number)
                )
                faults[0].append(fault)
                faults[other].append(fault)

    def _draft(
        self, group: Group, values: Sequence[Mapping[str, Any]], lines: Sequence[Line]
    ) -> Draft:
        """Return the order with these lines; most of its values are those of its first line."""
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
    drafts: Sequence[Draft], customer_ids: Mapping[str, UUID]
) -> tuple[list[Draft], list[Rejected]]:
    """Set the `customer_id` of orders whose customers are known.

    `customer_ids` maps the ids that customers have in the file to the ids that Patron gave them.
    Return the anonymous orders and the orders of known customers, and the rejected lines of the
    orders whose customer is unknown.
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
            advice = "Register this customer first, or set create_customers."
            fault = Fault("customer_external_id", UNKNOWN_CUSTOMER, advice)
            rejected += [Rejected(line, [fault]) for line in draft.lines]
    return accepted, rejected


def _disagreement(
    field: str, first: tuple[str | None, int], other: tuple[str | None, int]
) -> Fault:
    """Return the fault of two lines of an order with different values of a field.

    `first` and `other` are the value and the number of a line; the value is None if it is missing.
    """
    (value, line), (other_value, other_line) = first, other
    quoted = ("{value}" if value else "nothing", "{other_value}" if other_value else "nothing")
    return Fault(
        field,
        LINES_DIFFER,
        "Give the same value in all lines of an order, "
        f"not {quoted[0]} in line {{line}} and {quoted[1]} in line {{other_line}}.",
        value=value,
        line=line,
        other_value=other_value,
        other_line=other_line,
    )


def _rejected(lines: Sequence[FileLine], faults: Sequence[list[Fault]]) -> list[Rejected]:
    """Return all lines of an order as rejected; a line without a fault names the first bad line."""
    first_bad = next(index for index, own_faults in enumerate(faults) if own_faults)
    number = lines[first_bad].number
    reference = [
        Fault("", OTHER_LINE_REJECTED, "Line {line} of this order is rejected.", line=number)
    ]
    return [
        Rejected(line, own_faults or reference)
        for line, own_faults in zip(lines, faults, strict=True)
    ]
