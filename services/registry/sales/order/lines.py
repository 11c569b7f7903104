"""Parsing orders from the lines of a file.

All functions are pure: known customers and existing orders are arguments.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.registry.customers.customer.importing import CustomerIdOptions
from services.registry.sales.order.domain import MAX_LINES, ZERO, Line, Order, line_faults
from services.registry.sales.order.problems import LINES_DIFFER, OTHER_LINE_REJECTED
from services.registry.sales.product.importing import PriceOptions
from shared.errors import Fault, InvalidValue
from shared.faults import REQUIRED, TOO_MANY, UNKNOWN_CUSTOMER
from shared.files.tables import Line as FileLine
from shared.imports.cells import CURRENCY, EXACT, FLAG, ID, NAME, day_cell, time_cell
from shared.imports.layout import Field, Layout
from shared.imports.repairs import RepairKind
from shared.imports.specs import Group, Rejected
from shared.imports.times import DateFormat, TimeFormat

_CUSTOMER = "customer_external_id"
_ONE = Decimal(1)


class OrderFields(StrEnum):
    """Which lines of an order have its time, customer and other fields of the order."""

    EVERY_LINE = "every_line"
    FIRST_LINE = "first_line"


@dataclass(frozen=True, kw_only=True)
class OrderOptions(CustomerIdOptions, PriceOptions):
    """The options of files of orders.

    Times without an offset are local to `timezone`, and `date_format` is the order of day and month
    in dates that do not begin with the year. In an order whose id begins with `return_prefix`,
    quantities above 0 are made negative. If `order_fields` is `first_line`, blank fields of the
    order in later lines are those of its first line.
    """

    create_customers: bool = False
    timezone: str
    date_format: DateFormat = DateFormat.YEAR_FIRST
    return_prefix: str | None = None
    order_fields: OrderFields = OrderFields.EVERY_LINE

    @property
    def is_first_line_enough(self) -> bool:
        """Whether only the first line of an order needs the fields of the order."""
        return self.order_fields == OrderFields.FIRST_LINE


@dataclass(slots=True)
class DraftLine:
    """A line of a file that was parsed, and its faults.

    `customer` is the customer's id in the system from which the file comes; it is empty if the line
    has none. `order_line` has valid values in place of invalid ones.
    """

    line: FileLine
    values: Mapping[str, Any]
    customer: str
    order_line: Line
    faults: list[Fault]
    repairs: Sequence[RepairKind]

    def is_known(self, field: str) -> bool:
        """Return whether this line has a valid value, or none, in a field.

        A line with too few or too many cells may have them in the columns of other fields.
        """
        return not self.line.fault and field not in {fault.pointer for fault in self.faults}


@dataclass(slots=True)
class Draft:
    """The lines of an order that were parsed; `key` is the id of the order in the file."""

    key: str
    lines: Sequence[DraftLine]

    @property
    def is_rejected(self) -> bool:
        """Whether a line of the order has a fault."""
        return any(line.faults for line in self.lines)

    def rejected(self) -> Iterator[Rejected]:
        """Yield the lines of a rejected order; a line without a fault names the first bad line."""
        bad = next((each.line for each in self.lines if each.faults), None)
        if bad:
            advice = "Line {line} of this order is rejected."
            reference = Fault("", OTHER_LINE_REJECTED, advice, line=bad.number)
            yield from (Rejected(each.line, each.faults or [reference]) for each in self.lines)

    def repairs(self) -> dict[int, Sequence[RepairKind]]:
        """Return the kinds of the repairs of each line that was repaired, by its number."""
        return {each.line.number: each.repairs for each in self.lines if each.repairs}


_ORDER_FIELDS = (
    *(_CUSTOMER, "currency", "ordered_at", "anonymous_reference", "promised_on"),
    *("delivered_on", "faulty"),
)
"""The fields of a line that belong to the whole order."""

_SAME_IN_ALL_LINES: Mapping[str, Callable[[DraftLine], Any]] = {
    _CUSTOMER: lambda line: line.customer,
    "currency": lambda line: line.values.get("currency"),
}
"""The fields that all lines of an order must agree on, and how their values are compared."""


def fields(times: TimeFormat) -> dict[str, Field]:
    """Return the fields of a line in a file whose times are written like this."""
    day = day_cell(times)
    return {
        "order_id": Field(ID, "id of the order in `options.system`", required=True),
        "ordered_at": Field(
            time_cell(times),
            "time of the order; if its lines have different times, the earliest one",
            required=True,
        ),
        "customer_external_id": Field(
            ID,
            "id of the customer in `options.system`, the same on all lines of an order; without it "
            "the purchase is anonymous",
        ),
        "anonymous_reference": Field(
            ID,
            "card, device or receipt of an anonymous shopper (顾客); taken from the first line of "
            "the order",
        ),
        "product_code": Field(ID, "code of the product", required=True),
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
            day, "day by which delivery was promised; taken from the first line of the order"
        ),
        "delivered_on": Field(day, "day of delivery; taken from the first line of the order"),
        "faulty": Field(
            FLAG, "whether something was wrong with the order; yes on one of its lines is enough"
        ),
    }


@dataclass(frozen=True, slots=True)
class OrderParser:
    """Parses orders from the lines of one file with this layout and these options."""

    layout: Layout
    options: OrderOptions

    def parse(self, group: Group) -> Draft:
        """Return the lines of an order with all their faults."""
        lines = [self._parse_line(group.key, line) for line in group.lines]
        if self.options.is_first_line_enough:
            _inherit(lines)
        draft = Draft(group.key, lines)
        if group.is_cut:
            _reject(
                draft,
                Fault("order_id", TOO_MANY, "Give at most {max} lines an order.", max=MAX_LINES),
            )
        else:
            _add_disagreements(draft.lines, self._same_in_all_lines())
        return draft

    def is_valid(self, line: FileLine) -> bool:
        """Return whether a line has no fault by itself, whatever the order's other lines have."""
        parsed = self._parse_line("", line)
        if self.options.is_first_line_enough:
            _forgive_blanks(parsed)
        return not parsed.faults

    def _same_in_all_lines(self) -> Mapping[str, Callable[[DraftLine], Any]]:
        """Return the fields on which all lines of an order must agree."""
        if not self.options.is_first_line_enough:
            return _SAME_IN_ALL_LINES
        return {field: _value_of(field) for field in _ORDER_FIELDS} | dict(_SAME_IN_ALL_LINES)

    def order(self, draft: Draft, customer_ids: Mapping[str, UUID]) -> Order:
        """Return the order of lines without faults; most of its values are those of its first line.

        `customer_ids` maps the ids that customers have in the file to the ids that Patron gave
        them.
        """
        first = draft.lines[0]
        ordered_at, occurred_on = min(each.values["ordered_at"] for each in draft.lines)
        return Order(
            system=self.options.system,
            external_id=draft.key,
            customer_id=customer_ids.get(first.customer),
            anonymous_reference=first.values.get("anonymous_reference"),
            ordered_at=ordered_at,
            occurred_on=occurred_on,
            currency=first.values.get("currency", self.options.currency),
            lines=tuple(each.order_line for each in draft.lines),
            promised_on=first.values.get("promised_on"),
            delivered_on=first.values.get("delivered_on"),
            faulty=any(each.values.get("faulty", False) for each in draft.lines),
        )

    def _parse_line(self, order_id: str, line: FileLine) -> DraftLine:
        """Return a line with its values and the faults that it has by itself."""
        values, faults, repairs = self.layout.parse(line)
        customer = ""
        try:
            if _CUSTOMER in values and not line.fault:
                customer = self.options.customer_id(values[_CUSTOMER])
        except InvalidValue as error:
            faults.append(error.fault.at(_CUSTOMER))
        order_line = self._order_line(order_id, values)
        if line.fault:
            faults.append(line.fault)
        else:
            faults += line_faults(order_line, {fault.pointer for fault in faults})
        return DraftLine(line, values, customer, order_line, faults, repairs)

    def _order_line(self, order_id: str, values: Mapping[str, Any]) -> Line:
        """Return the order line with these values; in a return its quantity is negative.

        A valid value is taken if a required one is missing.
        """
        quantity, prefix = values.get("quantity", _ONE), self.options.return_prefix
        if prefix and quantity > 0 and order_id.startswith(prefix):
            quantity = -quantity
        return Line(
            values.get("product_code", ""),
            quantity,
            values.get("unit_price", ZERO),
            values.get("discount", ZERO),
            values.get("unit_cost"),
        )


def reject_unknown_customers(drafts: Iterable[Draft], customer_ids: Container[str]) -> None:
    """Add a fault to each line with a customer whose id is not one of `customer_ids`."""
    advice = "Register this customer first, or set create_customers."
    fault = Fault(_CUSTOMER, UNKNOWN_CUSTOMER, advice)
    for draft in drafts:
        for line in draft.lines:
            if line.customer and line.customer not in customer_ids:
                line.faults.append(fault)


def reject_by_mode(
    drafts: Iterable[Draft], options: OrderOptions, existing: Container[str]
) -> None:
    """Add a fault to each line of an order that the mode does not allow.

    `existing` are the ids of the orders that exist.
    """
    for draft in drafts:
        if fault := options.mode_fault(exists=draft.key in existing):
            _reject(draft, fault)


def _reject(draft: Draft, fault: Fault) -> None:
    """Add a fault to each line of an order."""
    for line in draft.lines:
        line.faults.append(fault)


def _value_of(field: str) -> Callable[[DraftLine], Any]:
    """Return the function that returns the value of a field of a line; None if it has none."""
    return lambda line: line.values.get(field)


def _inherit(lines: Sequence[DraftLine]) -> None:
    """Copy the fields of the order from its first line to later lines where they are blank."""
    first = lines[0]
    for line in lines[1:]:
        _forgive_blanks(line)
        given = {*line.values, *(fault.pointer for fault in line.faults)}
        blank = [field for field in _ORDER_FIELDS if field not in given]
        line.values = {
            **{field: first.values[field] for field in blank if field in first.values},
            **line.values,
        }
        if _CUSTOMER in blank:
            line.customer = first.customer


def _forgive_blanks(line: DraftLine) -> None:
    """Remove the faults of blank fields of the order, which only its first line needs."""
    line.faults = [
        fault
        for fault in line.faults
        if fault.code != REQUIRED.name or fault.pointer not in _ORDER_FIELDS
    ]


def _add_disagreements(
    lines: Sequence[DraftLine], same: Mapping[str, Callable[[DraftLine], Any]]
) -> None:
    """Add a fault for each field of `same` in which the lines of an order differ.

    The fault is added for the first line and for the first line that differs from it, and it
    quotes both values. A line in which the value is invalid differs from none.
    """
    for field, value_of in same.items():
        known = [line for line in lines if line.is_known(field)]
        other = next((line for line in known if value_of(line) != value_of(known[0])), None)
        if other:
            fault = _disagreement(
                field,
                (_quotable(known[0].values.get(field)), known[0].line.number),
                (_quotable(other.values.get(field)), other.line.number),
            )
            known[0].faults.append(fault)
            other.faults.append(fault)


def _quotable(value: Any) -> str | None:
    """Return a value as a text for a message; a time with its business day is the time."""
    if value is None:
        return None
    return str(value[0] if isinstance(value, tuple) else value)


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
