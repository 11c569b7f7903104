"""Orders from the lines of a file: pure reading, apart from who the customers are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.registry.sales.order.domain import MOST_LINES, ZERO, Line, Order, line_faults
from services.registry.transfer.imports import cells
from services.registry.transfer.imports.domain import Field, Layout, Options, Rejected
from services.registry.transfer.imports.staging import Group
from shared.files.tables import Line as FileLine


@dataclass(slots=True)
class Draft:
    """An order as read from its lines, before its customer is known."""

    customer: str
    order: Order
    lines: Sequence[FileLine]


def fields(zone: ZoneInfo) -> dict[str, Field]:
    """Tell what a line of an order can say; times without offset are local to `zone`."""
    return {
        "order_id": Field(cells.CODE, "id of the order in `options.system`", required=True),
        "ordered_at": Field(
            cells.time_in(zone), "when it was ordered; the earliest of its lines", required=True
        ),
        "customer_external_id": Field(
            cells.CODE,
            "who bought, by their id in `options.system`; the same on all lines of an order; "
            "without it the purchase is anonymous",
        ),
        "anonymous_reference": Field(
            cells.CODE,
            "card, device or receipt of an anonymous shopper (顾客); that of the first line counts",
        ),
        "product_code": Field(cells.CODE, "what was bought, by its code", required=True),
        "product_name": Field(
            cells.NAME,
            "its name for the catalogue; that of the last line in the file that can be read counts",
        ),
        "quantity": Field(cells.EXACT, "how many; not 0, negative: came back", required=True),
        "unit_price": Field(cells.EXACT, "price of one, 0 or more", required=True),
        "discount": Field(cells.EXACT, "off the whole line, 0 or more; without it 0"),
        "unit_cost": Field(cells.EXACT, "what one cost us, where known"),
        "currency": Field(
            cells.CURRENCY,
            "of the order, the same on all its lines; without it `options.currency`",
        ),
        "promised_on": Field(
            cells.DAY, "day by which it was promised; that of the first line counts"
        ),
        "delivered_on": Field(cells.DAY, "day on which it came; that of the first line counts"),
        "faulty": Field(
            cells.FLAG, "whether something was wrong with it; one line is enough to say so"
        ),
    }


@dataclass(frozen=True, slots=True)
class OrderReader:
    """Reads the orders of one file."""

    layout: Layout
    options: Options

    def read(self, group: Group) -> Draft | list[Rejected]:
        """Read an order from its lines; one bad line rejects all of them."""
        if group.cut:
            fault = self.layout.columns.fault(
                "order_id", f"Give at most {MOST_LINES} lines an order."
            )
            return [Rejected(line, [fault]) for line in group.lines]
        values, faults = [], []
        for line in group.lines:
            said, wrong = self._read_line(line)
            values.append(said)
            faults.append(wrong)
        if not any(faults):
            made = [self._line(group.order_id, said) for said in values]
            faults = [
                [self.layout.columns.fault(*found) for found in line_faults(one)] for one in made
            ]
            self._compare(group.lines, values, faults)
        if any(faults):
            return _rejected(group.lines, faults)
        return self._draft(group, values, made)

    def is_sound(self, line: FileLine) -> bool:
        """Tell whether a line could be taken, were it the only one of its order."""
        said, wrong = self._read_line(line)
        return not wrong and not list(line_faults(self._line(said["order_id"], said)))

    def _read_line(self, line: FileLine) -> tuple[dict[str, Any], list[str]]:
        said, wrong = self.layout.read(line.cells)
        ragged = [line.fault.message] if line.fault else []
        return said, wrong + self._nobody(said) + ragged

    def _nobody(self, said: Mapping[str, Any]) -> list[str]:
        """Tell what is wrong with the id of a customer of which nothing is left."""
        field = "customer_external_id"
        try:
            if field in said:
                self.options.customer_id(said[field])
        except ValueError as error:
            return [self.layout.columns.fault(field, str(error))]
        return []

    def _line(self, order_id: str, said: dict[str, Any]) -> Line:
        quantity, prefix = said["quantity"], self.options.return_prefix
        if prefix and quantity > 0 and order_id.startswith(prefix):
            quantity = -quantity
        return Line(
            said["product_code"],
            quantity,
            said["unit_price"],
            said.get("discount", ZERO),
            said.get("unit_cost"),
        )

    def _compare(
        self,
        lines: Sequence[FileLine],
        values: Sequence[Mapping[str, Any]],
        faults: Sequence[list[str]],
    ) -> None:
        """Tell the first line and the first that says otherwise what both say of their order."""
        for field, meaning in (
            ("customer_external_id", self.options.customer_id),
            ("currency", str),
        ):
            said = [each.get(field) for each in values]
            meant = [meaning(one) if one else None for one in said]
            other = next((index for index, one in enumerate(meant) if one != meant[0]), None)
            if other is not None:
                both = [
                    f"{said[index] or 'nothing'} in line {lines[index].number}"
                    for index in (0, other)
                ]
                message = f"Give the same in all lines of an order: here {both[0]}, {both[1]}."
                faults[0].append(self.layout.columns.fault(field, message))
                faults[other].append(self.layout.columns.fault(field, message))

    def _draft(
        self, group: Group, values: Sequence[Mapping[str, Any]], made: Sequence[Line]
    ) -> Draft:
        first = values[0]
        ordered_at, occurred_on = min(said["ordered_at"] for said in values)
        order = Order(
            system=self.options.system or "",
            external_id=group.order_id,
            customer_id=None,
            anonymous_reference=first.get("anonymous_reference"),
            ordered_at=ordered_at,
            occurred_on=occurred_on,
            currency=first.get("currency", self.options.currency),
            lines=tuple(made),
            promised_on=first.get("promised_on"),
            delivered_on=first.get("delivered_on"),
            faulty=any(said.get("faulty", False) for said in values),
        )
        customer = first.get("customer_external_id")
        named = self.options.customer_id(customer) if customer else ""
        return Draft(named, order, group.lines)


def with_customers(
    drafts: Sequence[Draft], customer_ids: Mapping[str, UUID], layout: Layout
) -> tuple[list[Draft], list[Rejected]]:
    """Put the customers in; reject the orders of customers that nobody knows."""
    taken: list[Draft] = []
    rejected: list[Rejected] = []
    for draft in drafts:
        if not draft.customer:
            taken.append(draft)
        elif draft.customer in customer_ids:
            draft.order = replace(draft.order, customer_id=customer_ids[draft.customer])
            taken.append(draft)
        else:
            message = "Register this customer first, or set create_customers."
            fault = layout.columns.fault("customer_external_id", message)
            rejected += [Rejected(line, [fault]) for line in draft.lines]
    return taken, rejected


def _rejected(lines: Sequence[FileLine], faults: Sequence[list[str]]) -> list[Rejected]:
    bad = next(index for index, wrong in enumerate(faults) if wrong)
    beside = [f"Line {lines[bad].number} of this order is rejected."]
    return [Rejected(line, wrong or beside) for line, wrong in zip(lines, faults, strict=True)]
