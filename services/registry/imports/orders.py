"""Orders from the lines of a file: pure reading, apart from who the customers are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services.registry.imports import domain
from services.registry.imports.domain import Cells, Columns, Options
from services.registry.order.domain import MOST_LINES, ZERO, Line, Order, line_faults
from shared.files.tables import Line as FileLine


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that is not taken, and why."""

    line: FileLine
    faults: Sequence[str]


@dataclass(slots=True)
class Draft:
    """An order as read from its lines, before its customer is known."""

    order_id: str
    customer: str
    order: Order
    lines: Sequence[FileLine]


@dataclass(frozen=True, slots=True)
class OrderReader:
    """Reads the orders of one file."""

    columns: Columns
    options: Options
    zone: ZoneInfo

    def read(self, order_id: str, lines: Sequence[FileLine]) -> Draft | list[Rejected]:
        """Read an order from its lines; one bad line rejects all of them."""
        cells = [Cells(self.columns, line.cells) for line in lines]
        for one, line in zip(cells, lines, strict=True):
            if line.fault:
                one.faults.append(line.fault.message)
        draft = self._draft(order_id, lines, cells)
        if draft is None:
            return _rejected(lines, cells)
        return draft

    def _draft(
        self, order_id: str, lines: Sequence[FileLine], cells: Sequence[Cells]
    ) -> Draft | None:
        read = [self._line(one) for one in cells]
        moments = [one.need("ordered_at", self._moment) for one in cells]
        currencies = [one.read("currency", domain.currency) for one in cells]
        customers = [self._customer(one) for one in cells]
        self._check_whole(order_id, cells, customers, currencies)
        if any(one.faults for one in cells):
            return None
        first = cells[0]
        ordered_at, occurred_on = min(moment for moment in moments if moment)
        order = Order(
            system=self.options.system,
            external_id=order_id,
            customer_id=None,
            anonymous_reference=first.read("anonymous_reference", domain.code),
            ordered_at=ordered_at,
            occurred_on=occurred_on,
            currency=currencies[0] or self.options.currency,
            lines=tuple(self._signed(order_id, line) for line in read if line),
            promised_on=first.read("promised_on", domain.day),
            delivered_on=first.read("delivered_on", domain.day),
            faulty=any(one.read("faulty", domain.flag) for one in cells),
        )
        if any(one.faults for one in cells):
            return None
        return Draft(order_id, customers[0], order, lines)

    def _line(self, cells: Cells) -> Line | None:
        code = cells.need("product_code", domain.code)
        quantity = cells.need("quantity", domain.exact)
        price = cells.need("unit_price", domain.exact)
        discount = cells.read("discount", domain.exact)
        cost = cells.read("unit_cost", domain.exact)
        cells.read("product_name", domain.name)
        if code is None or quantity is None or price is None:
            return None
        line = Line(code, quantity, price, ZERO if discount is None else discount, cost)
        cells.faults += [f"{field}: {message}" for field, message in line_faults(line)]
        return line

    def _moment(self, text: str) -> tuple[datetime, date]:
        return domain.moment(text, self.zone)

    def _customer(self, cells: Cells) -> str:
        text = cells.read("customer_external_id", domain.code) or ""
        suffix = self.options.strip_suffix
        return text.removesuffix(suffix) if suffix else text

    def _check_whole(
        self,
        order_id: str,
        cells: Sequence[Cells],
        customers: Sequence[str],
        currencies: Sequence[str | None],
    ) -> None:
        faults = cells[0].faults
        if not order_id:
            for one in cells:
                one.faults.append("order_id: give a value.")
        if len(cells) > MOST_LINES:
            faults.append(f"order_id: give at most {MOST_LINES} lines an order.")
        if len(set(customers)) > 1:
            faults.append("customer_external_id: the lines of this order name several customers.")
        if len(set(currencies)) > 1:
            faults.append("currency: the lines of this order name several currencies.")

    def _signed(self, order_id: str, line: Line) -> Line:
        prefix = self.options.return_prefix
        if not prefix or not order_id.startswith(prefix) or line.quantity < 0:
            return line
        return Line(
            line.product_code, -line.quantity, line.unit_price, line.discount, line.unit_cost
        )


def with_customers(
    drafts: Sequence[Draft], customer_ids: Mapping[str, UUID]
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
            fault = "customer_external_id: register this customer first, or set create_customers."
            rejected += [Rejected(line, [fault]) for line in draft.lines]
    return taken, rejected


def _rejected(lines: Sequence[FileLine], cells: Sequence[Cells]) -> list[Rejected]:
    beside = ["Another line of this order is rejected."]
    return [Rejected(line, one.faults or beside) for line, one in zip(lines, cells, strict=True)]
