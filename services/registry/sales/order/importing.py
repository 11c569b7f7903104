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
from shared.files.tables import Line
from shared.imports.cells import NAME
from shared.imports.specs import (
    ChunkResult,
    FileImport,
    Group,
    GroupSpec,
    Mode,
    Rejected,
)

_ABOUT = """**Orders.** A line of the file is a line of an order; lines with the same `order_id`
are gathered from the whole file. An existing order is replaced whole: after a later file with one
line of it, the order has that one line, and no value that the later file lacks. A line that is
twice in a file counts twice. One bad line rejects its whole order. Where `order_id` begins with
`return_prefix`, quantities above 0 become negative.
"""


class OrderWriter:
    """Writes the orders of one file."""

    def __init__(self, file: FileImport[OrderOptions]) -> None:
        self._file = file
        self._parser = OrderParser(file.layout, file.options)
        self._latest_names: dict[str, str] = {}
        self._named_codes: set[str] = set()

    def scan(self, line: Line) -> None:
        """Remember the name that a line gives to its product: the last line that can be read wins.

        A line that will be rejected names nothing.
        """
        positions = self._file.layout.columns.positions
        if "product_name" not in positions:
            return
        name = _valid_name(line.cells[positions["product_name"]].strip())
        code = line.cells[positions["product_code"]].strip()
        if name and name != self._latest_names.get(code) and self._parser.is_sound(line):
            self._latest_names[code] = name

    def write(self, session: Session, groups: Sequence[Group]) -> ChunkResult:
        """Write the orders of some groups, with the customers and products that they need."""
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
        drafts, unknown = assign_customers(drafts, customer_ids, self._file.layout)
        drafts, forbidden = self._allowed_by_mode(session, drafts)
        accepted = [draft.order for draft in drafts]
        self._name_products(session, accepted)
        upserted = orders.upsert_orders(session, orders=accepted)
        for draft, one in zip(drafts, upserted, strict=True):
            result.outcomes[one.outcome] += len(draft.lines)
        unreadable = (found for found in parsed if isinstance(found, list))
        result.rejected.extend(chain(*unreadable, unknown, forbidden))
        return result

    def _allowed_by_mode(
        self, session: Session, drafts: Sequence[Draft]
    ) -> tuple[list[Draft], list[Rejected]]:
        """Return the orders that the mode allows, and the lines of those that it rejects."""
        options = self._file.options
        if options.mode is Mode.UPSERT:
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

    def _name_products(self, session: Session, accepted: Sequence[Order]) -> None:
        """Upsert, once for each code of the file, the product under its latest name in the file."""
        codes = {line.product_code for order in accepted for line in order.lines}
        names = {
            code: self._latest_names.get(code, "") for code in sorted(codes - self._named_codes)
        }
        products.name_products(session, names=names)
        if not self._file.dry_run:
            self._named_codes |= codes


def _valid_name(text: str) -> str:
    """Return the name in a cell; an empty text where the cell rejects its line."""
    try:
        return str(NAME.parse(text))
    except ValueError:
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
