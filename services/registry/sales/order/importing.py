"""Import of orders from files: the lines with the same `order_id` are the lines of one order."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.customers.customer import service as customers
from services.registry.sales.order import service as orders
from services.registry.sales.order.domain import MAX_LINES, Order
from services.registry.sales.order.lines import (
    Draft,
    OrderOptions,
    OrderParser,
    fields,
    reject_by_mode,
    reject_unknown_customers,
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
        layout = self._file.layout
        if "product_name" not in layout.columns.positions:
            return
        name = _valid_name(layout.text(line, "product_name"))
        code = layout.text(line, "product_code")
        if name and name != self._latest_names.get(code) and self._parser.is_valid(line):
            self._latest_names[code] = name

    def write(self, session: Session, groups: Sequence[Group]) -> ChunkResult:
        """Write the orders of these groups, and the customers and products that they need."""
        drafts = [self._parser.parse(group) for group in groups]
        self._apply_mode(session, drafts)
        customer_ids = self._customer_ids(session, drafts)
        accepted = [draft for draft in drafts if not draft.is_rejected]
        accepted_orders = [self._parser.order(draft, customer_ids) for draft in accepted]
        self._name_products(session, accepted_orders)
        upserted = orders.upsert_orders(session, orders=accepted_orders)
        result = ChunkResult(rejected=[line for draft in drafts for line in draft.rejected()])
        for draft, order in zip(accepted, upserted, strict=True):
            result.outcomes[order.outcome] += len(draft.lines)
            result.repairs |= draft.repairs()
        return result

    def _apply_mode(self, session: Session, drafts: Sequence[Draft]) -> None:
        """Reject the orders that the mode does not allow, unless their id is invalid."""
        options = self._file.options
        if options.mode is ImportMode.UPSERT:
            return
        with_id = [draft for draft in drafts if draft.lines[0].is_known("order_id")]
        existing = orders_for_change(session, [(options.system, draft.key) for draft in with_id])
        reject_by_mode(with_id, options, {key for _, key in existing})

    def _customer_ids(self, session: Session, drafts: Sequence[Draft]) -> Mapping[str, UUID]:
        """Return the ids of the customers of orders; reject the lines of unknown customers.

        If the options say so, the unknown customers of orders without faults are registered.
        """
        create = self._file.options.create_customers
        searched = [draft for draft in drafts if not (create and draft.is_rejected)]
        found = customers.customer_ids_by_external_id(
            session,
            system=self._file.options.system,
            external_ids={line.customer for draft in searched for line in draft.lines} - {""},
            create=create,
            by=self._file.by,
        )
        reject_unknown_customers(searched, found)
        return found

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
