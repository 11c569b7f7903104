"""Import of orders from files: the lines with the same `order_id` are the lines of one order."""

from collections.abc import Sequence
from itertools import chain

from sqlalchemy.orm import Session

from services.registry.customers.customer import service as customers
from services.registry.sales.order import service as orders
from services.registry.sales.order.domain import MAX_LINES, Order
from services.registry.sales.order.lines import (
    Draft,
    OrderOptions,
    OrderParser,
    assign_customers,
    fields,
)
from services.registry.sales.order.repository import orders_for_change
from services.registry.sales.product import service as products
from shared.errors import InvalidValue
from shared.files.tables import Line
from shared.imports.cells import NAME
from shared.imports.specs import (
    ChunkResult,
    FileImport,
    Group,
    GroupSpec,
    ImportMode,
    Rejected,
)

_ABOUT = """**Orders.** Each line of the file is one line of an order. Lines with the same
`order_id` are gathered from the whole file. An existing order is replaced completely: if a later
file has only one line of it, the order then has only that line, and it loses every value that the
later file does not contain. Two equal lines of a file are two lines of the order. One invalid line
rejects its whole order. If `order_id` begins with `return_prefix`, quantities above 0 become
negative.
"""


class OrderWriter:
    """Writes the orders in the lines of one file, for the job that imports the file."""

    def __init__(self, file: FileImport[OrderOptions]) -> None:
        self._file = file
        self._parser = OrderParser(file.layout, file.options)
        self._latest_names: dict[str, str] = {}
        self._named_codes: set[str] = set()

    def scan(self, line: Line) -> None:
        """Remember the product name on a line; the last valid line of a product wins.

        The product name on an invalid line is ignored, because the line will be rejected.
        """
        positions = self._file.layout.columns.positions
        if "product_name" not in positions:
            return
        name = _valid_name(line.cells[positions["product_name"]].strip())
        code = line.cells[positions["product_code"]].strip()
        if name and name != self._latest_names.get(code) and self._parser.is_valid(line):
            self._latest_names[code] = name

    def write(self, session: Session, groups: Sequence[Group]) -> ChunkResult:
        """Write the orders of these groups, and the customers and products that they need."""
        result, options = ChunkResult(), self._file.options
        parsed = [self._parser.parse(group) for group in groups]
        drafts = [found for found in parsed if isinstance(found, Draft)]
        customer_ids = customers.customer_ids_by_external_id(
            session,
            system=options.system,
            external_ids={draft.customer for draft in drafts if draft.customer},
            create=options.create_customers,
            by=self._file.by,
        )
        drafts, of_unknown_customers = assign_customers(drafts, customer_ids)
        drafts, forbidden_by_mode = self._allowed_by_mode(session, drafts)
        accepted_orders = [draft.order for draft in drafts]
        self._name_products(session, accepted_orders)
        upserted = orders.upsert_orders(session, orders=accepted_orders)
        for draft, order in zip(drafts, upserted, strict=True):
            result.outcomes[order.outcome] += len(draft.lines)
        invalid = (found for found in parsed if isinstance(found, list))
        result.rejected.extend(chain(*invalid, of_unknown_customers, forbidden_by_mode))
        return result

    def _allowed_by_mode(
        self, session: Session, drafts: Sequence[Draft]
    ) -> tuple[list[Draft], list[Rejected]]:
        """Return the orders that the mode allows, and the rejected lines of the other orders."""
        options = self._file.options
        if options.mode is ImportMode.UPSERT:
            return list(drafts), []
        keys = [(draft.order.system, draft.order.external_id) for draft in drafts]
        existing = orders_for_change(session, keys)
        accepted: list[Draft] = []
        rejected: list[Rejected] = []
        for draft, key in zip(drafts, keys, strict=True):
            if fault := options.mode_fault(exists=key in existing):
                rejected += [Rejected(line, [fault]) for line in draft.lines]
            else:
                accepted.append(draft)
        return accepted, rejected

    def _name_products(self, session: Session, accepted_orders: Sequence[Order]) -> None:
        """Add or rename the products of orders, each product once per file by its latest name."""
        codes = {line.product_code for order in accepted_orders for line in order.lines}
        names = {
            code: self._latest_names.get(code, "") for code in sorted(codes - self._named_codes)
        }
        products.name_products(session, names=names)
        if not self._file.dry_run:
            self._named_codes |= codes


def _valid_name(text: str) -> str:
    """Return the product name in a cell; an empty text if the name is not valid."""
    try:
        return str(NAME.parse(text))
    except InvalidValue:
        return ""


SPEC = GroupSpec(
    entity="orders",
    fields=fields,
    options=OrderOptions,
    refers_to=("customers", "products"),
    about=_ABOUT,
    group_by="order_id",
    max_lines=MAX_LINES,
    writer=OrderWriter,
)
